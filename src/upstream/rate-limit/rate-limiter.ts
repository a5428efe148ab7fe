import { setTimeout as sleep } from 'node:timers/promises'
import { BackOff } from '../back-off.ts'
import type { CallContext } from '../call-context.ts'
import { endedError } from '../deadline.ts'
import { CallerLimited, type ProviderName, UpstreamError } from '../error.ts'
import { toWait } from '../http/status.ts'
import type { CallCounter, Refusal, ReportedLimits } from './call-counter.ts'
import { closedError, type FairSemaphore, type Wait } from './fair-semaphore.ts'
import { type Clock, systemClock } from './quota-period.ts'

/** Keeps one account's calls within the provider's limits, so that the provider does not have to refuse them. */
export interface RateLimiter extends Disposable {
  /**
   * Makes the call when its turn comes. It waits for a permit until its signal aborts, as long as other calls succeed, and
   * for a limit or its caller's share at most as long as one call may take; if no call succeeds, that is the bound of both waits together. If the
   * limit's wait is longer it rejects at once with UPSTREAM_RATE_LIMITED or UPSTREAM_QUOTA_EXHAUSTED. It takes the call's claim
   * when its turn comes, holds it during no wait, and rejects as it does. An error of the vendor's limits holds back all further
   * calls for as long as it says, or for longer each time; one of the token endpoint's limits holds back none.
   */
  spend<Value>(callContext: CallContext, call: () => Promise<Value>): Promise<Value>
  /** Learns what a response said about the limits. Call it before the call returns. */
  learn(reported: Omit<ReportedLimits, 'underWay'>): void
  /** Rejects the calls that wait. */
  refuseWaiting(error: UpstreamError): void
  /** The calls left of the scarcest quota; null if none is known. */
  readonly quotaLeft: number | null
}

export interface RateLimiterOptions {
  /** Its permit is held during the wait for a limit and the call. */
  readonly semaphore: FairSemaphore
  /** Shared by several limiters; its permit is held during the call but not during the wait for a limit. */
  readonly commonSemaphore?: FairSemaphore | undefined
  readonly counter: CallCounter
  /** The longest wait for a limit. */
  readonly patienceMilliseconds: number
  readonly clock?: Clock
}

/** Disposing of it rejects the calls that wait, and disposes of its semaphores and its counter. */
export function openRateLimiter(provider: ProviderName, options: RateLimiterOptions): RateLimiter {
  const { semaphore, commonSemaphore, counter, patienceMilliseconds, clock = systemClock } = options
  const backOff = new BackOff(() => clock.now())
  const closing = new AbortController()
  /** Aborts all waits for a limit; replaced each time. */
  let refusing = new AbortController()
  let waiting = 0
  let underWay = 0
  /** How many calls of a caller wait for its share. */
  const sharesAwaited = new Map<object | string, number>()

  const pause = async (refusal: Refusal, { signal, claim }: CallContext) => {
    claim?.leave()
    const until = clock.now() + refusal.milliseconds
    const refused = refusing.signal
    const either = AbortSignal.any([signal, refused, closing.signal])
    try {
      // A timer may fire early: the call would then have to wait again, behind others.
      for (let left = refusal.milliseconds; left > 0; left = until - clock.now()) {
        await sleep(Math.ceil(left), undefined, { signal: either })
      }
    } catch {
      if (closing.signal.aborted) throw closedError(provider)
      const ended = endedError(provider, signal.aborted ? signal : refused)
      if (ended.code !== 'UPSTREAM_TIMEOUT') throw ended
      throw limited(provider, { ...refusal, milliseconds: until - clock.now() })
    }
  }
  const permit = (from: FairSemaphore, callContext: CallContext, wait: Wait): Promise<Disposable> => {
    if (!from.isFree) callContext.claim?.leave()
    return from.take(callContext, wait)
  }
  /** Reserves a call of the caller's share. Waits for one without a permit, which others may use meanwhile. */
  const shareAndPermit = async (callContext: CallContext, began: number): Promise<Disposable> => {
    const caller = callerOf(callContext)
    let patience = Math.min(patienceMilliseconds, semaphore.left(began))
    for (let [since, isReturning] = [began, false]; ; [since, isReturning] = [clock.now(), true]) {
      using held = new DisposableStack()
      held.use(await permit(semaphore, callContext, { since, isReturning }))
      const ahead = sharesAwaited.get(caller) ?? 0
      const refusal = counter.shares.take(caller, counter.windowRooms, counter.periodRoom, ahead)
      if (!refusal) return held.move()
      held.dispose()
      if (refusal.milliseconds > patience) throw shareUsedUp(provider, refusal)
      patience -= refusal.milliseconds
      sharesAwaited.set(caller, ahead + 1)
      try {
        await pause(refusal, callContext)
      } finally {
        sharesAwaited.set(caller, (sharesAwaited.get(caller) ?? 1) - 1)
        if (sharesAwaited.get(caller) === 0) sharesAwaited.delete(caller)
      }
    }
  }
  const note = (failure: unknown) => {
    semaphore.note(failure)
    commonSemaphore?.note(failure)
  }
  /**
   * Claims and counts the call, and returns its common permit; a call that waits for a limit holds neither a common permit nor
   * its claim.
   */
  const turn = async (callContext: CallContext, began: number, claimed: () => Promise<void>) => {
    let patience = Math.min(patienceMilliseconds, semaphore.left(began))
    let hasWaited = false
    let since = began
    try {
      while (true) {
        using held = new DisposableStack()
        if (commonSemaphore)
          held.use(await permit(commonSemaphore, callContext, { isReturning: hasWaited, since }))
        await callContext.claim?.take()
        if (callContext.signal.aborted) throw endedError(provider, callContext.signal)
        await claimed()
        const refusal = await counter.take(hasWaited ? 0 : waiting)
        if (!refusal) return held.move()
        held.dispose()
        semaphore.note(limited(provider, refusal))
        if (refusal.milliseconds > patience) throw limited(provider, refusal)
        patience -= refusal.milliseconds
        if (!hasWaited) waiting++
        hasWaited = true
        await pause(refusal, callContext)
        since = clock.now()
      }
    } finally {
      if (hasWaited) waiting--
    }
  }
  /** The common permit for a call that the vendor's limits allow; otherwise returns the call's share. */
  const counted = async (callContext: CallContext, since: number): Promise<Disposable> => {
    let isCounted = false
    let isCharged: boolean | undefined
    const look = async () => {
      isCharged ??= await callContext.charge?.look()
    }
    try {
      using held = new DisposableStack()
      held.use(await turn(callContext, since, look))
      isCounted = true
      // Only when its turn comes, which may never happen.
      if (!isCharged) await callContext.charge?.take()
      return held.move()
    } finally {
      counter.shares.settle(callerOf(callContext), isCounted)
    }
  }
  return {
    async spend(callContext, call) {
      const since = clock.now()
      using _permit = await shareAndPermit(callContext, since)
      using _commonPermit = await counted(callContext, since)
      callContext.begun?.()
      underWay++
      try {
        const value = await call()
        backOff.answered()
        note(undefined)
        return value
      } catch (error) {
        if (isAnswer(error)) backOff.answered()
        const reported = limitsFromError(error, backOff)
        if (reported) counter.observe(reported)
        // An aborted call says nothing about the vendor.
        if (!callContext.signal.aborted) note(error)
        throw error
      } finally {
        underWay--
      }
    },
    learn: reported => counter.observe({ ...reported, underWay: Math.max(0, underWay - 1) }),
    refuseWaiting(error) {
      refusing.abort(error)
      refusing = new AbortController()
      semaphore.refuseWaiting(error)
      commonSemaphore?.refuseWaiting(error)
    },
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

function shareUsedUp(provider: ProviderName, { milliseconds, isQuota }: Refusal): CallerLimited {
  return new CallerLimited(
    provider,
    isQuota ? 'UPSTREAM_QUOTA_EXHAUSTED' : 'UPSTREAM_RATE_LIMITED',
    `This caller has used its share of the calls that ${provider} allows ${isQuota ? 'this month' : 'now'}.`,
    { retryAfterSeconds: toWait(Math.max(1, milliseconds / 1000)) },
  )
}

function callerOf({ signal, requester = signal, caller }: CallContext): object | string {
  return caller ?? requester
}

/**
 * A pause that a provider asks for counts for a day at most, and for a month's quota for a month: its mistake must not block the
 * account for good.
 */
const [longestBlock, longestQuotaBlock] = [86_400_000, 31 * 86_400_000]

/** Whether the vendor counted the call, whatever its response. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof UpstreamError) || error.upstreamStatus === undefined) return false
  const { upstreamStatus: status, isOfToken } = error
  return status >= 400 && status < 500 && status !== 408 && status !== 429 && !isOfToken
}

function limitsFromError(error: unknown, backOff: BackOff): ReportedLimits | undefined {
  // Limits of the token endpoint say nothing about the calls that need the token.
  if (!(error instanceof UpstreamError) || error.isOfToken) return undefined
  const { code, retryAfterSeconds } = error
  const within = (most: number) =>
    retryAfterSeconds === undefined ? undefined : Math.min(retryAfterSeconds * 1000, most)
  if (code === 'UPSTREAM_QUOTA_EXHAUSTED')
    return { period: { left: 0, resetsInMilliseconds: within(longestQuotaBlock) } }
  if (code !== 'UPSTREAM_RATE_LIMITED') return undefined
  // A pause of 0 is no pause: the vendor may round it, or its clock may be behind.
  return { waitMilliseconds: within(longestBlock) || backOff.refused() }
}
