/** A monotonic clock, and the date, which may go back. Both in milliseconds. */
export interface Clock {
  now(): number
  date(): number
}

export const systemClock: Clock = { now: () => performance.now(), date: () => Date.now() }

/** The length of a period: a calendar month in UTC, or milliseconds; those periods end at multiples of their length. */
export type PeriodLength = 'month' | number

/** What a provider reports about its quota's period. */
export interface ReportedPeriod {
  readonly left: number
  /** The calls of a whole period. */
  readonly limit?: number | undefined
  /** Undefined if the provider said only that the period is used up. */
  readonly resetsInMilliseconds?: number | undefined
  readonly length?: PeriodLength | undefined
}

/** The current period. */
export interface PeriodState {
  readonly left: number
  /** By the monotonic clock. */
  readonly endsAt: number
}

/** A quota that renews at fixed times: counted here, corrected by what the provider reports. */
export class Period {
  readonly #clock: Clock
  #limit: number | undefined
  #length: PeriodLength | undefined
  #state: PeriodState | undefined

  constructor(clock: Clock, limit?: number, length?: PeriodLength) {
    this.#clock = clock
    this.#limit = limit
    this.#length = length
  }

  /** The state of a period without calls now; undefined if its limit or length is not known. */
  get fresh(): PeriodState | undefined {
    if (this.#limit === undefined || this.#length === undefined) return undefined
    const { now, date } = this.#clock
    return { left: this.#limit, endsAt: now() + untilEnd(this.#length, date()) }
  }

  get state(): PeriodState | undefined {
    if (this.#state && this.#state.endsAt <= this.#clock.now()) this.#state = undefined
    return this.#state ?? this.fresh
  }

  get limit(): number | undefined {
    return this.#limit
  }

  /** Whether the period is too long to wait for its end. */
  get isQuota(): boolean {
    return this.#length === 'month'
  }

  /** The milliseconds until the period's end if no calls are left, else 0. */
  get wait(): number {
    const { state } = this
    return state && state.left < 1 ? state.endsAt - this.#clock.now() : 0
  }

  take(): void {
    const { state } = this
    if (state) this.#state = { ...state, left: state.left - 1 }
  }

  /** Replaces the state with one from another instance. */
  adopt(state: PeriodState): void {
    this.#state = state
  }

  observe(reported: ReportedPeriod, underWay = 0): void {
    const hasNewLimit = reported.limit !== undefined && reported.limit !== this.#limit
    this.#limit = reported.limit ?? this.#limit
    this.#length = reported.length ?? this.#length
    const known = this.state
    const endsAt = this.endOf(reported)
    if (endsAt === undefined) return
    if (!known || hasNewLimit || Math.abs(endsAt - known.endsAt) > sameEnd) {
      this.#state = { left: reported.left - underWay, endsAt }
    } else {
      // The provider does not count calls that are still under way, but we do.
      const left =
        reported.left > known.left + unseenCalls ? reported.left : Math.min(reported.left, known.left)
      this.#state = { left, endsAt: Math.min(endsAt, known.endsAt) }
    }
  }

  /** When the reported period ends. */
  endOf({ resetsInMilliseconds }: ReportedPeriod): number | undefined {
    if (resetsInMilliseconds === undefined) return this.state?.endsAt
    return this.#clock.now() + resetsInMilliseconds
  }
}

/** Reported ends within this many milliseconds are the same: providers round to seconds. */
export const sameEnd = 2_000

/** More calls than may be under way: if the provider reports so many more left than we count, its number replaces ours. */
export const unseenCalls = 100

function untilEnd(length: PeriodLength, date: number): number {
  if (length !== 'month') return length - (date % length)
  const today = new Date(date)
  return Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1) - date
}
