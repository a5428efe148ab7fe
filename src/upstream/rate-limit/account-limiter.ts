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
  /** What identifies the account at the provider, and where the provider is: limiters share a counter only if this is equal. */
  readonly account: readonly string[]
  readonly allowance?: Allowance
  readonly counters: CallCounters | undefined
  /** For an account with several limiters: the semaphore that they share, and the name of this one. */
  readonly commonSemaphore?: FairSemaphore
  readonly operation?: string
}

/** Added to each window, in milliseconds: a call may take longer to arrive than the one before it. */
const leeway = 1_000

/**
 * Opens one account's rate limiter at a provider. Calls are counted together with those of all accounts with the same
 * credentials, as the provider does; the semaphore is the account's own, so that no account waits for another's calls.
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
      // Room for two of the largest requests, so that one does not crowd out the others.
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

/** A name that identifies the account without revealing its credentials. */
function fingerprint(account: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(account)).digest('base64url')
}
