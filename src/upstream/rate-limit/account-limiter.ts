import { createHash } from 'node:crypto'
import type { Make, Question } from '../breaker/guard.ts'
import { type ProviderHealth, plainHealth } from '../breaker/provider-health.ts'
import type { CallContext } from '../call-context.ts'
import type { ProviderName } from '../error.ts'
import type { Bounds } from '../http/bounds.ts'
import { type Allowance, openLocalCallCounter } from './call-counter.ts'
import type { CallCounters } from './call-counters.ts'
import { defaultMaximumWaiting, type FairSemaphore, openFairSemaphore } from './fair-semaphore.ts'
import type { Limits } from './limits.ts'
import { systemClock } from './quota-period.ts'
import { openRateLimiter, type RateLimiter } from './rate-limiter.ts'

/** One account's calls to one host: within its limits, past its breaker, with retries of reads that failed temporarily. */
export interface AccountLimiter extends Disposable, Pick<RateLimiter, 'learn' | 'quotaLeft'> {
  /** As `RateLimiter.spend` and `Guard.call`: a call that the breaker refuses takes no permit and no quota. */
  spend<Value>(callContext: CallContext, question: Question, make: Make<Value>): Promise<Value>
}

export interface AccountLimiterOptions {
  /** The URL that it calls. */
  readonly url: URL
  /** Breakers and retries of the account at the provider; by default none. */
  readonly health: ProviderHealth | undefined
  /** What identifies the account at the provider, and the provider's address: limiters share a counter only if this is equal. */
  readonly account: readonly string[]
  readonly allowance?: Allowance
  readonly counters: CallCounters | undefined
  /** For an account with several limiters: their common semaphore, and this limiter's name. */
  readonly commonSemaphore?: FairSemaphore
  readonly operation?: string
}

/** Added to each window, in milliseconds: a call may take longer to arrive than the previous one. */
const leeway = 1_000

/**
 * Opens one account's rate limiter at a provider. Its calls are counted together with those of all accounts with the same
 * credentials, as the provider does. The semaphore is the account's own, so that no account waits for another's calls.
 */
export function openAccountLimiter(
  provider: ProviderName,
  { limits, deadlineMilliseconds }: { readonly limits: Limits } & Pick<Bounds, 'deadlineMilliseconds'>,
  options: AccountLimiterOptions,
): AccountLimiter {
  const { account, allowance = {}, counters, commonSemaphore, operation = '' } = options
  const { health = plainHealth(provider) } = options
  const lengthened = { ...allowance, windows: (allowance.windows ?? []).map(lengthen) }
  const name = `${provider}:${fingerprint(account)}:${operation}`
  const guard = health.guardOf(options.url, deadlineMilliseconds)
  const limiter = openRateLimiter(provider, {
    semaphore: openFairSemaphore(provider, limits.concurrency, {
      deadlineMilliseconds,
      // Room for two of the largest requests, so that one does not crowd out the others.
      maximumWaiting: Math.max(defaultMaximumWaiting, 2 * limits.maximumCalls),
    }),
    commonSemaphore,
    counter: counters?.open(name, lengthened) ?? openLocalCallCounter(lengthened, systemClock),
    patienceMilliseconds: deadlineMilliseconds,
  })
  const listening = health.onOpen(guard, error => limiter.refuseWaiting(error))
  return {
    spend: (callContext, question, make) => guard.call(callContext, question, make, limiter.spend),
    learn: limiter.learn,
    get quotaLeft() {
      return limiter.quotaLeft
    },
    [Symbol.dispose]() {
      listening[Symbol.dispose]()
      limiter[Symbol.dispose]()
    },
  }
}

function lengthen<Window extends { readonly milliseconds: number }>(window: Window): Window {
  return { ...window, milliseconds: window.milliseconds + leeway }
}

/** A name that identifies the account without revealing its credentials. */
function fingerprint(account: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(account)).digest('base64url')
}
