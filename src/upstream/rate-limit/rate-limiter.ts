import { setTimeout as sleep } from 'node:timers/promises'
import type { CallContext } from '../call-context.ts'
import { endedError } from '../deadline.ts'
import { type ProviderName, UpstreamError } from '../error.ts'
import { toWait } from '../http/status.ts'
import type { CallCounter, Refusal, ReportedLimits } from './call-counter.ts'
import { closedError, type FairSemaphore } from './fair-semaphore.ts'
import { type Clock, systemClock } from './quota-period.ts'

/** What one account may ask of a provider, kept by us so that the provider need not refuse. */
export interface RateLimiter extends Disposable {
  /**
   * Makes the call when its turn has come. It waits for a place as long as its flight lasts and other calls succeed, and for a
   * limit as long as a call may take, both together where no call succeeds; where that is too short it rejects at once with
   * UPSTREAM_RATE_LIMITED or UPSTREAM_QUOTA_EXHAUSTED. What the call itself rejects with is learned from: nothing is asked
   * before the wait that it names is over.
   */
  spend<Value>(callContext: CallContext, call: () => Promise<Value>): Promise<Value>
  /** What an answer told of the limits; to be called before the call returns. */
  learn(reported: Omit<ReportedLimits, 'underWay'>): void
  /** The calls left of the scarcest quota, null while none is known. */
  readonly quotaLeft: number | null
}

export interface RateLimiterOptions {
  /** Held from the wait for a limit on. */
  readonly semaphore: FairSemaphore
  /** What several budgets share, held while a call is under way and not in a wait for a limit. */
  readonly commonSemaphore?: FairSemaphore | undefined
  readonly counter: CallCounter
  /** The longest wait for a limit. */
  readonly patienceMilliseconds: number
  readonly clock?: Clock
}

/** Disposing of it turns away whoever waits, and disposes of its places and its ledger. */
export function openRateLimiter(provider: ProviderName, options: RateLimiterOptions): RateLimiter {
  const { semaphore, commonSemaphore, counter, patienceMilliseconds, clock = systemClock } = options
  const closing = new AbortController()
  let waiting = 0
  let underWay = 0

  const pause = async (refusal: Refusal, signal: AbortSignal) => {
    const until = clock.now() + refusal.milliseconds
    const either = AbortSignal.any([signal, closing.signal])
    try {
      // A timer of a busy process is early: whoever comes back too soon would wait again, behind others.
      for (let left = refusal.milliseconds; left > 0; left = until - clock.now()) {
        await sleep(Math.ceil(left), undefined, { signal: either })
      }
    } catch {
      if (closing.signal.aborted) throw closedError(provider)
      const ended = endedError(provider, signal)
      if (ended.code !== 'UPSTREAM_TIMEOUT') throw ended
      throw limited(provider, { ...refusal, milliseconds: until - clock.now() })
    }
  }
  const note = (failure: unknown) => {
    semaphore.note(failure)
    commonSemaphore?.note(failure)
  }
  /** A call that is counted and may be made now, with its common place; whoever waits for a limit holds none. */
  const turn = async (callContext: CallContext, began: number): Promise<Disposable> => {
    let patience = Math.min(patienceMilliseconds, semaphore.left(began))
    let hasWaited = false
    let since = began
    try {
      while (true) {
        using held = new DisposableStack()
        held.use(await commonSemaphore?.take(callContext, { isReturning: hasWaited, since }))
        const refusal = await counter.take(hasWaited ? 0 : waiting)
        if (!refusal) return held.move()
        held.dispose()
        semaphore.note(limited(provider, refusal))
        if (refusal.milliseconds > patience) throw limited(provider, refusal)
        patience -= refusal.milliseconds
        if (!hasWaited) waiting++
        hasWaited = true
        await pause(refusal, callContext.signal)
        since = clock.now()
      }
    } finally {
      if (hasWaited) waiting--
    }
  }
  return {
    async spend(callContext, call) {
      const since = clock.now()
      using _permit = await semaphore.take(callContext, { since })
      using _commonPermit = await turn(callContext, since)
      callContext.begun?.()
      underWay++
      try {
        const value = await call()
        note(undefined)
        return value
      } catch (error) {
        const reported = limitsFromError(error)
        if (reported) counter.observe(reported)
        // A call that nobody waits for any more tells nothing of the vendor.
        if (!callContext.signal.aborted) note(error)
        throw error
      } finally {
        underWay--
      }
    },
    learn: reported => counter.observe({ ...reported, underWay: Math.max(0, underWay - 1) }),
    get quotaLeft() {
      return counter.left
    },
    [Symbol.dispose]() {
      closing.abort()
      semaphore[Symbol.dispose]()
      commonSemaphore?.[Symbol.dispose]()
      counter[Symbol.dispose]()
    },
  }
}

function limited(provider: ProviderName, { milliseconds, isQuota }: Refusal): UpstreamError {
  return new UpstreamError(
    provider,
    isQuota ? 'UPSTREAM_QUOTA_EXHAUSTED' : 'UPSTREAM_RATE_LIMITED',
    isQuota ? `The quota of ${provider} is used up.` : `The limits of ${provider} allow no call now.`,
    { retryAfterSeconds: toWait(Math.max(1, milliseconds / 1000)) },
  )
}

/** A wait of any length is believed up to a day: a slip of the provider's must not silence it for good. */
const longestBlock = 86_400_000

function limitsFromError(error: unknown): ReportedLimits | undefined {
  if (!(error instanceof UpstreamError)) return undefined
  const { code, retryAfterSeconds } = error
  const milliseconds = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000
  if (code === 'UPSTREAM_QUOTA_EXHAUSTED') {
    return { period: { left: 0, resetsInMilliseconds: milliseconds } }
  }
  if (code !== 'UPSTREAM_RATE_LIMITED' || milliseconds === undefined) return undefined
  return { waitMilliseconds: Math.min(milliseconds, longestBlock) }
}
