/** A monotonic clock, and the date, which may go back. Both in milliseconds. */
export interface Clock {
  now(): number
  date(): number
}

export const systemClock: Clock = { now: () => performance.now(), date: () => Date.now() }

/** The length of a period: a calendar month in UTC, or milliseconds; those periods end at multiples of their length. */
export type PeriodLength = 'month' | number

/** A report of a provider about its quota's period. */
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

  /**
   * The ends of the previous, this and the next period, in milliseconds since 1970; empty if its length is unknown. They are
   * equal for clocks that differ by less than a period.
   */
  get ends(): readonly number[] {
    return this.#length === undefined ? [] : endsAround(this.#length, this.#clock.date())
  }

  /** The tolerance, in milliseconds, within which two ends are equal. */
  get sameEnd(): number {
    return this.isQuota ? clockLeeway : sameEnd
  }

  get state(): PeriodState | undefined {
    return this.counted ?? this.fresh
  }

  /** The state after calls or reports; undefined for a period without them. */
  get counted(): PeriodState | undefined {
    if (this.#state && this.#state.endsAt <= this.#clock.now()) this.#state = undefined
    return this.#state
  }

  get limit(): number | undefined {
    return this.#limit
  }

  /** Whether the period is too long to wait for its end. */
  get isQuota(): boolean {
    return this.#length === 'month'
  }

  /** The milliseconds until the period's end if fewer calls are left, else 0. */
  waitFor(calls: number): number {
    const { state } = this
    return state && state.left < calls ? state.endsAt - this.#clock.now() : 0
  }

  take(calls: number): void {
    const { state } = this
    if (state) this.#state = { ...state, left: state.left - calls }
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
    if (!known || hasNewLimit || Math.abs(endsAt - known.endsAt) > this.sameEnd) {
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
const sameEnd = 2_000

/** The same if an end is a date, for clocks that differ. */
const clockLeeway = 10_000

/** More calls than can be in flight: if the provider reports so many more left than we count, its number replaces ours. */
export const unseenCalls = 100

function untilEnd(length: PeriodLength, date: number): number {
  const [, end = date] = endsAround(length, date)
  return end - date
}

function endsAround(length: PeriodLength, date: number): readonly number[] {
  const around = [0, 1, 2]
  if (length !== 'month') return around.map(next => date - (date % length) + next * length)
  const today = new Date(date)
  return around.map(next => Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + next))
}
