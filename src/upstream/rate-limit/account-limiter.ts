import { createHash } from 'node:crypto'
import type { ProviderName } from '../error.ts'
import type { Bounds } from '../http/bounds.ts'
import { type Allowance, openLocalCallCounter } from './call-counter.ts'
import type { CallCounters } from './call-counters.ts'
import { defaultMaximumWaiting, type FairSemaphore, openFairSemaphore } from './fair-semaphore.ts'
import type { Limits } from './limits.ts'
import { systemClock } from './quota-period.ts'
import { openRateLimiter, type RateLimiter } from './rate-limiter.ts'

export interface AccountLimiterOptions {
  /** What the provider tells accounts apart by, and where it is: equal ones alone share a budget. */
  readonly account: readonly string[]
  readonly allowance?: Allowance
  readonly counters: CallCounters | undefined
  /** Of several budgets of one account: what they share, and what sets this one apart. */
  readonly commonSemaphore?: FairSemaphore
  readonly operation?: string
}

/** A call may take longer to arrive than the one before it, so a window is kept this much longer, in milliseconds. */
const leeway = 1_000

/**
 * One account's budget at a provider, by its settings. What the provider counts is counted together with all others of the
 * same credentials; the places are the account's own, so that no account waits for another's calls.
 */
export function openAccountLimiter(
  provider: ProviderName,
  { limits, deadlineMilliseconds }: { readonly limits: Limits } & Pick<Bounds, 'deadlineMilliseconds'>,
  options: AccountLimiterOptions,
): RateLimiter {
  const { account, allowance = {}, counters, commonSemaphore, operation = '' } = options
  const lengthened = { ...allowance, windows: (allowance.windows ?? []).map(lengthen) }
  const name = `${provider}:${fingerprint(account)}:${operation}`
  return openRateLimiter(provider, {
    semaphore: openFairSemaphore(provider, limits.concurrency, {
      deadlineMilliseconds,
      // Two of the largest requests, so that one leaves room for others.
      maximumWaiting: Math.max(defaultMaximumWaiting, 2 * limits.maximumCalls),
    }),
    commonSemaphore,
    counter: counters?.open(name, lengthened) ?? openLocalCallCounter(lengthened, systemClock),
    patienceMilliseconds: deadlineMilliseconds,
  })
}

function lengthen<Window extends { readonly milliseconds: number }>(window: Window): Window {
  return { ...window, milliseconds: window.milliseconds + leeway }
}

/** A name that tells accounts apart without telling their credentials. */
function fingerprint(account: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(account)).digest('base64url')
}
