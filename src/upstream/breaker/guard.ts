import type { CallContext } from '../call-context.ts'
import { endedError, openDeadline } from '../deadline.ts'
import { type ProviderName, UpstreamError } from '../error.ts'
import { sleep } from '../sleep.ts'
import type { Breaker, Outcome } from './breaker.ts'
import { isPassing, outcomeOf } from './call-outcome.ts'
import { Course } from './course.ts'
import type { RetryBudget } from './retry-budget.ts'

/** A question, as far as breaker and retries need it. */
export interface Question {
  /** Equal for equal questions of one host. Compared, and never shown. */
  readonly name: string
  /** Whether it changes nothing, so that it may be retried. */
  readonly isRead: boolean
  /** Whether `make` calls `begun` itself, because it needs a token or a socket first. */
  readonly beginsLater?: boolean
  /** Waits for whatever the call needs first, such as a token, so that other instances do not wait for that. */
  readonly prepare?: (callContext: CallContext) => Promise<unknown>
  /** Whether it is part of a call that the breaker has already let through, such as a connect for many questions. */
  readonly isPart?: boolean
}

/** Makes one attempt, with the given call context. */
export type Make<Value> = (callContext: CallContext) => Promise<Value>

/** Makes the call when its turn comes. */
export type Send = <Value>(callContext: CallContext, make: () => Promise<Value>) => Promise<Value>

/** What all hosts of one provider share. */
export interface GuardCommons {
  readonly provider: ProviderName
  readonly now: () => number
  readonly random: () => number
  readonly retryBudget: RetryBudget
  /** The guards that have counted an error: several calls may fail by the same one. */
  readonly counted: WeakMap<Error, Guard>
  /** Errors that a guard has already handled: their calls were retried, if that was allowed. */
  readonly handled: WeakSet<Error>
  readonly onEnd: (error: unknown) => void
}

/** The longest pause before a retry, in milliseconds. */
const longestPause = 200
/** A response that takes this part of the deadline counts as a failure: its host will soon exceed it. */
const slowShare = 0.5

/** Wraps all calls to one host of an account with the breaker and with retries of reads. */
export class Guard {
  readonly #commons: GuardCommons
  readonly #breaker: Breaker
  readonly #deadlineMilliseconds: number
  #unknown = 0

  /** The deadline is that of one call with its retries and its preparation, without waits for its turn. */
  constructor(commons: GuardCommons, breaker: Breaker, deadlineMilliseconds: number) {
    this.#commons = commons
    this.#breaker = breaker
    this.#deadlineMilliseconds = deadlineMilliseconds
  }

  /**
   * Makes the call, and once more if it is a read with a temporary failure: within its deadline and the retry budget, and only
   * while the breaker is closed. While the breaker is open the call is not made, and rejects with UPSTREAM_UNAVAILABLE.
   */
  async call<Value>(
    callContext: CallContext,
    question: Question,
    make: Make<Value>,
    send: Send = atOnce,
  ): Promise<Value> {
    const { signal } = callContext
    const { followedMilliseconds = 0 } = callContext
    // At least half is left: maybe only the other instance could not call.
    const earlier = Math.min(followedMilliseconds, this.#deadlineMilliseconds / 2)
    const course = new Course(callContext, this.#commons.now, earlier)
    const first = await this.#attempt(course, course.contextFor(signal), question, make, send)
    if ('value' in first) return first.value
    const pause = first.isMade ? this.#pauseFor(course, question, first.error) : undefined
    if (pause === undefined || signal.aborted || !this.#commons.retryBudget.take())
      throw this.#markHandled(first.error)
    await sleep(pause, signal).catch(() => {
      throw endedError(this.#commons.provider, signal)
    })
    using rest = openDeadline(this.#deadlineMilliseconds - course.age, signal)
    const second = await this.#attempt(course, course.contextFor(rest.signal), question, make, send)
    if ('value' in second) return second.value
    throw this.#markHandled(second.isMade ? second.error : first.error)
  }

  /** Counts a failure that belongs to an unknown call. */
  note(error: Error): void {
    // It may belong to any call, so no two failures count as the same question.
    this.#breaker.beginPart().end(this.#count(error), `unknown ${this.#unknown++}`)
  }

  /** The error of a call that is not made. */
  refusal(): UpstreamError {
    const { provider, counted, handled } = this.#commons
    const retryAfterSeconds = Math.max(1, Math.ceil(this.#breaker.left / 1000))
    const message = `${provider} fails too often, so it is not called for now.`
    const details = { retryAfterSeconds, isLogged: true }
    const error = new UpstreamError(provider, 'UPSTREAM_UNAVAILABLE', message, details)
    counted.set(error, this)
    handled.add(error)
    return error
  }

  async #attempt<Value>(
    course: Course,
    callContext: CallContext,
    question: Question,
    make: Make<Value>,
    send: Send,
  ): Promise<End<Value>> {
    const attempt = question.isPart ? this.#breaker.beginPart() : this.#breaker.begin()
    if (!attempt) return { error: this.refusal(), isMade: false }
    let isMade = false
    let outcome: Outcome = 'unknown'
    const hasDeadline = course.hasStarted
    const inTime = <Part>(part: Make<Part>) =>
      hasDeadline ? part(callContext) : this.#inTime(course, callContext, part)
    try {
      const prepare = async () => {
        const prepared = question.prepare && inTime(question.prepare)
        await prepared?.catch(error => {
          // A failure of the call.
          isMade = true
          throw error
        })
      }
      const sent = claimingPrepared(callContext, () => course.preparing(prepare))
      const value = await send(question.beginsLater ? withoutBegun(sent) : sent, () => {
        if (attempt.isOver() && !question.isPart) throw this.refusal()
        isMade = true
        // `make` keeps to the whole deadline by itself, and does not know how much of it was used before.
        const isShorter = course.age >= 1
        if (course.start()) this.#commons.retryBudget.noteCall()
        return isShorter ? inTime(make) : make(callContext)
      })
      callContext.trail?.read()
      outcome = this.#isSlow(course) ? 'failed' : 'well'
      // The connection failed, once for all its calls, and this failure is counted already.
      if (course.loss) outcome = this.#count(course.loss)
      this.#commons.onEnd(undefined)
      return { value }
    } catch (error) {
      callContext.trail?.read(error)
      if (isMade && error instanceof Error)
        outcome = course.isAbandoned ? this.#countLeft(course, question, error) : this.#count(error)
      return { error, isMade }
    } finally {
      attempt.end(outcome, question.name)
    }
  }

  /** Limits it to the rest of the deadline. */
  async #inTime<Value>(course: Course, callContext: CallContext, make: Make<Value>): Promise<Value> {
    using rest = openDeadline(this.#deadlineMilliseconds - course.age, callContext.signal)
    return await make({ ...callContext, signal: rest.signal })
  }

  #isSlow(course: Course): boolean {
    return course.lastMilliseconds >= slowShare * this.#deadlineMilliseconds
  }

  /** A host that hangs also fails if all callers leave before the deadline; a call that was not sent yet hangs elsewhere. */
  #countLeft(course: Course, question: Question, error: Error): Outcome {
    const { counted } = this.#commons
    if (!this.#isSlow(course) || (question.beginsLater && !course.hasBegun)) return 'unknown'
    if (counted.has(error)) return 'unknown'
    counted.set(error, this)
    return 'failed'
  }

  /** Marks the error as the end of a call, so that no outer call is retried for it. */
  #markHandled(error: unknown): unknown {
    if (error instanceof Error) this.#commons.handled.add(error)
    return error
  }

  /** What the error says about the host; nothing if it was counted before, except for a probe. */
  #count(error: Error): Outcome {
    const { counted, onEnd } = this.#commons
    const by = counted.get(error)
    if (by) return by === this && this.#breaker.state !== 'CLOSED' ? outcomeOf(error) : 'unknown'
    counted.set(error, this)
    onEnd(error)
    return outcomeOf(error)
  }

  /** The pause before the retry, if one is allowed: full jitter, and no shorter than a 503 asks. */
  #pauseFor(course: Course, { isRead }: Question, error: unknown): number | undefined {
    const { random, handled } = this.#commons
    if (!isRead || course.hasRepeated || !isPassing(error) || handled.has(error)) return undefined
    if (this.#breaker.state !== 'CLOSED') return undefined
    const pause = (error.retryAfterSeconds ?? 0) * 1000 + random() * longestPause
    // The other half of the time is for the response.
    return course.age + pause <= this.#deadlineMilliseconds / 2 ? pause : undefined
  }
}

type End<Value> = { readonly value: Value } | { readonly error: unknown; readonly isMade: boolean }

function atOnce<Value>(_callContext: CallContext, make: () => Promise<Value>): Promise<Value> {
  return make()
}

function claimingPrepared(callContext: CallContext, prepare: () => Promise<void>): CallContext {
  const { claim } = callContext
  if (!claim) return callContext
  const take = async () => {
    await prepare()
    await claim.take()
  }
  return { ...callContext, claim: { take, leave: () => claim.leave() } }
}

function withoutBegun({ begun: _, ...callContext }: CallContext): CallContext {
  return callContext
}
