import { LRUCache } from 'lru-cache'
import { Drift } from '../drift/drift.ts'
import { type ProviderName, UpstreamError, type UpstreamErrorCode } from '../error.ts'
import { type Log, silentLog } from '../log.ts'
import { Breaker, type BreakerState } from './breaker.ts'
import { Guard, type GuardCommons } from './guard.ts'
import { RetryBudget } from './retry-budget.ts'

export interface ResilienceSettings {
  /** Whether calls to a failing host are held back. */
  readonly hasBreaker: boolean
  /** How many of a hundred calls may be retried; 0 disables retries. */
  readonly retryPercent: number
  /** The first pause of a breaker. */
  readonly pauseMilliseconds?: number
}

/** Holds back no calls and retries none. */
const noResilience: ResilienceSettings = { hasBreaker: false, retryPercent: 0 }

/** For callers without an account's health: it only counts. */
export function plainHealth(provider: ProviderName): ProviderHealth {
  return new ProviderHealth(provider, noResilience)
}

export const defaultResilience: ResilienceSettings = { hasBreaker: true, retryPercent: 20 }

export interface HealthOptions extends Partial<ResilienceSettings> {
  readonly log?: Log
  readonly now?: () => number
  readonly random?: () => number
}

/** The combined state of a provider's breakers. */
export interface BreakerSummary {
  readonly state: BreakerState
  /** When the next call may be let through, in milliseconds since 1970; null while it is not open. */
  readonly until: number | null
}

export interface LastError {
  readonly at: number
  readonly code: UpstreamErrorCode
}

/** More hosts than a provider has; the operator lists those of images. */
const mostHosts = 50

/** The recent results of one account's calls to one provider, and the hosts that are held back. */
export class ProviderHealth {
  readonly #provider: ProviderName
  readonly #options: HealthOptions
  readonly #commons: GuardCommons
  /** How its responses differ from the vendor's documentation. */
  readonly drift: Drift
  readonly #hosts = new LRUCache<string, { readonly breaker: Breaker; readonly guard: Guard }>({
    max: mostHosts,
  })
  readonly #listeners = new Map<Guard, Set<(error: UpstreamError) => void>>()
  /** In milliseconds since 1970. */
  #succeededAt: number | undefined
  #lastError: LastError | undefined

  constructor(provider: ProviderName, options: HealthOptions = {}) {
    const { now = () => performance.now(), random = Math.random } = options
    const { retryPercent = defaultResilience.retryPercent } = options
    this.#provider = provider
    this.drift = new Drift(provider, options.log ?? silentLog)
    this.#options = options
    this.#commons = {
      provider,
      now,
      random,
      retryBudget: new RetryBudget(retryPercent, now),
      counted: new WeakMap(),
      handled: new WeakSet(),
      onEnd: error => this.#note(error),
    }
  }

  get lastSuccessAt(): number | null {
    return this.#succeededAt ?? null
  }

  get lastError(): LastError | null {
    return this.#lastError ?? null
  }

  get breaker(): BreakerSummary {
    const breakers = [...this.#hosts.values()].map(({ breaker }) => breaker)
    const states = new Set(breakers.map(({ state }) => state))
    if (!states.has('OPEN')) return { state: states.has('HALF_OPEN') ? 'HALF_OPEN' : 'CLOSED', until: null }
    const left = Math.max(...breakers.map(({ left }) => left))
    return { state: 'OPEN', until: Date.now() + left }
  }

  /** The guard of the URL's host. The deadline is that of one call. */
  guardOf({ host }: URL, deadlineMilliseconds: number): Guard {
    const known = this.#hosts.get(host)
    if (known) return known.guard
    const breaker = new Breaker({
      now: this.#commons.now,
      ...(this.#options.hasBreaker === false && { minimumCalls: Number.POSITIVE_INFINITY }),
      ...(this.#options.pauseMilliseconds !== undefined && {
        pauseMilliseconds: this.#options.pauseMilliseconds,
      }),
      onOpen: (milliseconds, isProbe) => {
        this.#log(host, milliseconds, isProbe)
        for (const listener of this.#listeners.get(guard) ?? []) listener(guard.refusal())
      },
      onClose: () => this.#log(host),
    })
    const guard = new Guard(this.#commons, breaker, deadlineMilliseconds)
    this.#hosts.set(host, { breaker, guard })
    return guard
  }

  /** Calls the listener whenever the guard's breaker opens, until the result is disposed of. */
  onOpen(guard: Guard, listener: (error: UpstreamError) => void): Disposable {
    const listeners = this.#listeners.getOrInsertComputed(guard, () => new Set())
    listeners.add(listener)
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener)
        if (listeners.size === 0) this.#listeners.delete(guard)
      },
    }
  }

  #note(error: unknown): void {
    if (error === undefined) this.#succeededAt = Date.now()
    else if (error instanceof UpstreamError && !aboutTheQuestion.has(error.code))
      this.#lastError = { at: Date.now(), code: error.code }
  }

  /** Logs one line each time a breaker opens, stays open after a probe, or closes. */
  #log(host: string, milliseconds?: number, isProbe = false): void {
    const { log = silentLog } = this.#options
    const provider = this.#provider
    if (milliseconds === undefined) {
      log.info({ provider, host, breaker: 'CLOSED' }, `${provider} answers again at ${host}`)
      return
    }
    const seconds = Math.ceil(milliseconds / 1000)
    const fields = { provider, host, breaker: 'OPEN', seconds }
    log.warn(fields, `${provider} ${isProbe ? 'still ' : ''}fails at ${host}: not called for ${seconds} s`)
  }
}

/** Errors about a question, not about the vendor. */
const aboutTheQuestion: ReadonlySet<UpstreamErrorCode> = new Set(['UPSTREAM_NOT_FOUND', 'UPSTREAM_REJECTED'])
