import type { CallContext } from '../call-context.ts'
import { endedError } from '../deadline.ts'
import { type ProviderName, UpstreamError } from '../error.ts'
import { FairQueue, type Turn } from '../fair-queue.ts'
import { Liveness } from './liveness.ts'
import { type Clock, systemClock } from './quota-period.ts'

/** Bounds the calls under way at once. Round-robin between callers, then between requests; first in first out within one. */
export interface FairSemaphore extends Disposable {
  /**
   * Acquires a permit; disposing of it releases it. Rejects with UpstreamError if the call's signal aborts first, if no call
   * succeeds for one call's deadline while it waits, and if too many calls wait: at once, or when a caller with fewer comes.
   */
  take(callContext: CallContext, wait?: Wait): Promise<Disposable>
  /** Whether a permit is free at once. */
  readonly isFree: boolean
  /** How many milliseconds more a wait that began at `since` is worthwhile; infinite without a deadline. */
  left(since: number): number
  /** Records how a call ended: with this failure, or successfully. */
  note(failure?: unknown): void
  /** Rejects the calls that wait. */
  refuseWaiting(error: UpstreamError): void
}

export interface Wait {
  /** Whether the call gave back an unused permit before: it goes first. */
  readonly isReturning?: boolean
  /** When the call began to wait, by the semaphore's clock; by default now. */
  readonly since?: number
}

export interface FairSemaphoreOptions {
  /** The longest that a call may take; by default waiting calls are never rejected because none succeeds. */
  readonly deadlineMilliseconds?: number
  /** The most calls that may wait. */
  readonly maximumWaiting?: number
  readonly clock?: Clock
}

/** Room for a fleet's year (4,800 calls) of two callers; each waiting call takes about a kilobyte. */
export const defaultMaximumWaiting = 10_000

/** Disposing of the semaphore rejects the calls that wait. */
export function openFairSemaphore(
  provider: ProviderName,
  count: number,
  options: FairSemaphoreOptions = {},
): FairSemaphore {
  const { deadlineMilliseconds = Number.POSITIVE_INFINITY, clock = systemClock } = options
  const { maximumWaiting = defaultMaximumWaiting } = options
  const liveness = new Liveness(provider, deadlineMilliseconds)
  let free = count
  let isClosed = false
  let checking: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined
  const waiting = new Set<Waiting>()
  const queue = new FairQueue<Waiting>()
  const returning = new Set<Waiting>()

  const permit = (): Disposable => {
    let isHeld = true
    return {
      [Symbol.dispose]() {
        if (!isHeld) return
        isHeld = false
        free++
        serveNext()
      },
    }
  }
  const next = (): Waiting | undefined => {
    const [first] = returning
    return first ?? queue.next()
  }
  const serveNext = () => {
    const served = free > 0 ? next() : undefined
    if (!served) return
    free--
    served.leave()
    served.serve(permit())
  }
  const turnAway = (turned: Waiting, error: UpstreamError) => {
    turned.leave()
    turned.turnAway(error)
  }
  /** One caller must not fill the queue for all others: its newest call leaves for theirs. */
  const makeRoom = (caller: object | string) => {
    const error = crowdedError(provider, waiting.size)
    const newest = queue.newestOfMost(caller)
    if (!newest) throw error
    turnAway(newest, error)
  }
  /** Rejects calls that have waited too long. One timer for all, since thousands may wait. */
  const check = () => {
    checking = undefined
    const now = clock.now()
    let soonest = Number.POSITIVE_INFINITY
    for (const one of waiting) {
      const left = liveness.left(now, one.since)
      if (left <= 0) turnAway(one, liveness.error())
      else soonest = Math.min(soonest, left)
    }
    checkIn(Math.max(soonest, deadlineMilliseconds / 100))
  }
  const checkIn = (milliseconds: number) => {
    const at = clock.now() + milliseconds
    if (waiting.size === 0 || at === Number.POSITIVE_INFINITY || (checking && checking.at <= at)) return
    clearTimeout(checking?.timer)
    checking = { at, timer: setTimeout(check, Math.max(1, Math.ceil(milliseconds))).unref() }
  }
  const wait = (callContext: CallContext, since: number, isReturning: boolean) => {
    const { signal } = callContext
    const turn = turnOf(callContext)
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>()
    const end = () => turnAway(one, endedError(provider, signal))
    const one: Waiting = {
      since,
      leave() {
        signal.removeEventListener('abort', end)
        waiting.delete(one)
        if (isReturning) returning.delete(one)
        else queue.delete(turn, one)
        if (waiting.size > 0) return
        clearTimeout(checking?.timer)
        checking = undefined
      },
      serve: resolve,
      turnAway: reject,
    }
    waiting.add(one)
    if (isReturning) returning.add(one)
    else queue.add(turn, one)
    signal.addEventListener('abort', end, { once: true })
    checkIn(liveness.left(clock.now(), since))
    return promise
  }
  return {
    async take(callContext, { isReturning = false, since = clock.now() } = {}) {
      if (callContext.signal.aborted) throw endedError(provider, callContext.signal)
      if (isClosed) throw closedError(provider)
      if (free === 0) {
        if (!isReturning && waiting.size >= maximumWaiting) makeRoom(turnOf(callContext).caller)
        return wait(callContext, since, isReturning)
      }
      free--
      return permit()
    },
    get isFree() {
      return free > 0
    },
    left: since => liveness.left(clock.now(), since),
    note: failure => liveness.note(clock.now(), failure),
    refuseWaiting(error) {
      for (const one of waiting) turnAway(one, error)
    },
    [Symbol.dispose]() {
      isClosed = true
      for (const one of waiting) turnAway(one, closedError(provider))
    },
  }
}

function turnOf({ signal, requester = signal, caller }: CallContext): Turn {
  return { caller: caller ?? requester, requester }
}

/** The error of calls that wait when their account is closed. */
export function closedError(provider: ProviderName): UpstreamError {
  return new UpstreamError(provider, 'UPSTREAM_UNAVAILABLE', `The connection to ${provider} was closed.`)
}

function crowdedError(provider: ProviderName, count: number): UpstreamError {
  const message = `${count} calls to ${provider} wait for their turn already: ask again later.`
  return new UpstreamError(provider, 'UPSTREAM_RATE_LIMITED', message)
}

/** A waiting call. Either `serve` or `turnAway` is called, once, after `leave`. */
interface Waiting {
  readonly since: number
  readonly leave: () => void
  readonly serve: (permit: Disposable) => void
  readonly turnAway: (error: UpstreamError) => void
}
