import type { CachePolicy } from '../cache/cache.ts'
import type { LeaseResult, OthersLeases } from '../cache/leases.ts'
import type { CallContext } from '../call-context.ts'
import { asError, CallerLimited } from '../error.ts'
import { CachedValues } from './cached-values.ts'
import { CallClaim } from './call-claim.ts'
import type { Call, Endpoint } from './endpoint.ts'
import type { InFlightQuestion } from './in-flight.ts'
import { type GivenResult, printFailure, readLeaseMessage } from './lease-message.ts'
import type { OpenQuestions } from './open-questions.ts'
import { callContextFor, whileWanted } from './question-call.ts'
import type { RequestScope } from './request-scope.ts'

/** Settles the questions of one data source: from the cache, by its own calls, and by messages of other instances. */
export class QuestionLoading<Key, Value> {
  readonly #endpoint: Endpoint<Key, Value>
  readonly #cachePolicy: CachePolicy | undefined
  readonly #cached: CachedValues<Key, Value>
  readonly #open: OpenQuestions<Key, Value>

  constructor(
    endpoint: Endpoint<Key, Value>,
    cachePolicy: CachePolicy | undefined,
    open: OpenQuestions<Key, Value>,
  ) {
    this.#endpoint = endpoint
    this.#cachePolicy = cachePolicy
    this.#cached = new CachedValues(endpoint, cachePolicy)
    this.#open = open
  }

  /** Resolves once the cache was read, unless `isAfresh`, and the calls for the rest have started. */
  async load(questions: Questions<Key, Value>, scope: RequestScope, isAfresh: boolean): Promise<void> {
    const missing = isAfresh || !this.#cachePolicy ? questions : await this.#lookUp(questions)
    this.#makeAll(missing, scope, isAfresh ? 'unclaimed' : 'claimed')
  }

  /** Settles fresh cached values; returns the rest. */
  #lookUp(questions: Questions<Key, Value>, skipsMemory = false): Promise<Questions<Key, Value>> {
    return this.#cached.lookUp(
      questions,
      (question, outcome) => this.#open.settle(question, outcome),
      skipsMemory,
    )
  }

  #makeAll(questions: Questions<Key, Value>, scope: RequestScope, manner: Manner): void {
    const wanted = new Map<Key, InFlightQuestion<Key, Value>>()
    // All who waited may be gone by now.
    for (const question of questions) if (question.isWanted) wanted.set(question.key, question)
    if (wanted.size === 0) return
    for (const question of wanted.values()) question.made = undefined
    for (const call of this.#endpoint.callsOf([...wanted.keys()])) {
      const loaded = call.keys.flatMap(key => wanted.get(key) ?? [])
      this.#make(call, loaded, scope, manner).catch(error => {
        for (const question of loaded) this.#open.settle(question, asError(error))
      })
    }
  }

  async #make(
    call: Call<Key, Value>,
    questions: Questions<Key, Value>,
    scope: RequestScope,
    manner: Manner,
  ): Promise<void> {
    const claim = this.#claimFor(questions, manner)
    const followedMilliseconds = Math.max(...questions.map(followedFor))
    const callContext: CallContext = {
      ...callContextFor(call, questions, scope),
      ...(followedMilliseconds > 0 && { followedMilliseconds }),
      ...(claim && { claim }),
    }
    const values = await call.make(callContext).catch(error => questions.map(() => asError(error)))
    if (claim?.others) return this.#follow(claim.others, call, questions, scope)
    const at = Date.now()
    const conclude = (question: InFlightQuestion<Key, Value>, index: number) => {
      const value =
        values[index] ?? new RangeError(`${values.length} answers to ${questions.length} questions`)
      if (value instanceof Error) {
        callContext.trail?.explain(value)
        if (value instanceof CallerLimited) return this.#failCaller(question, value, scope)
        return this.#fail(question, value)
      }
      const stored = this.#cached.store(question, value, at).catch(() => undefined)
      this.#open.settle(question, { value, at, isStale: false })
      return stored
    }
    const results: (LeaseResult | Promise<LeaseResult>)[] = []
    try {
      for (const [index, question] of questions.entries()) results.push(conclude(question, index))
    } finally {
      // A lease that is not ended would be renewed for ever.
      claim?.end(callContext.signal.aborted ? [] : await Promise.all(results))
    }
  }

  #claimFor(questions: Questions<Key, Value>, manner: Manner): CallClaim | undefined {
    const leases = this.#cachePolicy?.cache.leases
    if (!leases || manner === 'unclaimed') return undefined
    if (questions.some(question => !question.isShareable || followedFor(question) > longestFollowing))
      return undefined
    const names = questions.map(({ sharedName }) => sharedName)
    return new CallClaim(leases, names, manner === 'claimed after a look')
  }

  /** Waits for calls of other instances, and makes those that none of them makes. */
  async #follow(
    others: OthersLeases,
    call: object,
    questions: Questions<Key, Value>,
    scope: RequestScope,
  ): Promise<void> {
    const of = (state: string) => questions.filter((_, index) => others.states[index] === state)
    const wanted = whileWanted(of('leased'), scope)
    const made = { usage: undefined, call }
    for (const question of of('leased')) {
      question.made = made
      question.followedSince ??= performance.now()
    }
    const isKept = others.states.includes('cached')
    const unleased = questions.filter((_, index) => others.states[index] !== 'leased')
    // In one go: cached values may be too old for the question, and then need no call each.
    const missing = isKept ? await this.#lookUp(unleased, true) : unleased
    this.#makeAll(missing, scope, isKept ? 'claimed after a look' : 'claimed')
    const messages = await others.ended(wanted)
    const unsettled: InFlightQuestion<Key, Value>[] = []
    const unshared: InFlightQuestion<Key, Value>[] = []
    const unreached: InFlightQuestion<Key, Value>[] = []
    questions.forEach((question, index) => {
      if (others.states[index] !== 'leased') return
      const result = readLeaseMessage(messages[index])
      if (result?.kind === 'failed') this.#fail(question, result.error)
      else if (result?.kind === 'unshared') unshared.push(question)
      else if (result?.kind === 'unreached') (question.isUnreached ? unshared : unreached).push(question)
      else if (!result || !this.#isGiven(question, result)) unsettled.push(question)
    })
    this.#makeAll(unshared, scope, 'unclaimed')
    // One of the waiters tries it for all.
    for (const question of unreached) question.isUnreached = true
    this.#makeAll(unreached, scope, 'claimed')
    this.#makeAll(await this.#lookUp(unsettled, true), scope, 'claimed')
  }

  #isGiven(question: InFlightQuestion<Key, Value>, { value: json, at }: GivenResult): boolean {
    const { encoding, isValue } = this.#endpoint
    const value = encoding ? encoding.decode(json) : json
    if (!isValue(value)) return false
    this.#open.settle(question, { value, at, isStale: false })
    return true
  }

  /** Returns the messages for waiting instances. */
  #fail(question: InFlightQuestion<Key, Value>, error: Error): LeaseResult {
    this.#open.settle(question, this.#cached.standIn(question, error) ?? error)
    return { message: printFailure(error, question.isUnreached) }
  }

  /** Fails the waiters of the same caller. If another caller waits, the call is made for it. */
  #failCaller(question: InFlightQuestion<Key, Value>, error: CallerLimited, scope: RequestScope): undefined {
    const other = this.#cached.standIn(question, error) ? undefined : question.failCaller(scope, error)
    if (other) this.#makeAll([question], other, 'unclaimed')
    else this.#fail(question, error)
  }
}

type Questions<Key, Value> = readonly InFlightQuestion<Key, Value>[]

/** Whether other instances that ask the same are considered, before a call or after the cache was read once more. */
type Manner = 'claimed' | 'claimed after a look' | 'unclaimed'

/** How long it waited for other instances, in milliseconds. */
function followedFor({ followedSince }: { readonly followedSince: number | undefined }): number {
  return followedSince === undefined ? 0 : performance.now() - followedSince
}

/**
 * From then on it may be the others who cannot reach the vendor. In milliseconds: half the default deadline of a call, from which
 * on the vendor counts as slow.
 */
const longestFollowing = 5_000
