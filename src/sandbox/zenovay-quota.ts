/** The quota's decision about one more request of the key. */
export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly limit: 'minute'; readonly waitSeconds: number }
  | { readonly allowed: false; readonly limit: 'month' }

/**
 * Counts a key's requests. A minute begins with its first request; a month is a calendar month in UTC. A refused request
 * counts in neither (inferred).
 */
export class ZenovayQuota {
  readonly #perMinute: number
  readonly #perMonth: number
  #minute = { opened: Number.NEGATIVE_INFINITY, used: 0 }
  #month = { name: '', used: 0 }
  #total = 0

  constructor(perMinute: number, perMonth: number) {
    this.#perMinute = perMinute
    this.#perMonth = perMonth
  }

  take(now: Date): Verdict {
    this.#turn(now)
    if (this.#month.used >= this.#perMonth) return { allowed: false, limit: 'month' }
    if (this.#minute.used >= this.#perMinute) {
      const waitSeconds = Math.ceil((this.#minute.opened + minute - now.getTime()) / 1000)
      return { allowed: false, limit: 'minute', waitSeconds }
    }
    if (this.#minute.used === 0) this.#minute.opened = now.getTime()
    this.#minute.used++
    this.#month.used++
    this.#total++
    return { allowed: true }
  }

  /** The headers of the newest help page, plus `X-RateLimit-Reset` in seconds since 1970, which only the older page has. */
  headers(now: Date, withReset: boolean): Record<string, string> {
    this.#turn(now)
    const opened = Math.max(this.#minute.opened, now.getTime() - minute)
    return {
      'x-ratelimit-limit': `${this.#perMinute}`,
      'x-ratelimit-remaining': `${this.#perMinute - this.#minute.used}`,
      ...(withReset ? { 'x-ratelimit-reset': `${Math.ceil((opened + minute) / 1000)}` } : {}),
      'x-usage-monthly': `${this.#month.used}`,
      'x-usage-limit': `${this.#perMonth}`,
      'x-usage-reset': new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString(),
      'x-usage-total': `${this.#total}`,
    }
  }

  #turn(now: Date): void {
    if (now.getTime() >= this.#minute.opened + minute)
      this.#minute = { opened: Number.NEGATIVE_INFINITY, used: 0 }
    const name = now.toISOString().slice(0, 7)
    if (name !== this.#month.name) this.#month = { name, used: 0 }
  }
}

const minute = 60_000
