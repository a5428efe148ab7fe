/** A clock that never goes back, and the date, which may. In milliseconds. */
export interface Clock {
  now(): number
  date(): number
}

export const systemClock: Clock = { now: () => performance.now(), date: () => Date.now() }

/** How long a period lasts: a calendar month in UTC, or milliseconds that end at whole multiples of themselves. */
export type PeriodLength = 'month' | number

/** What a provider tells of the period that it counts calls in. */
export interface ReportedPeriod {
  readonly left: number
  /** Of a whole period. */
  readonly limit?: number | undefined
  /** Undefined when only that the period is used up is known. */
  readonly resetsInMilliseconds?: number | undefined
  readonly length?: PeriodLength | undefined
}

/** The period that runs. */
export interface PeriodState {
  readonly left: number
  /** By the clock that never goes back. */
  readonly endsAt: number
}

/** Calls that may be made until a fixed moment, then as many again: by own count, corrected by what the provider tells. */
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

  /** What an untouched period would be now; undefined while too little is known. */
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

  /** Whether it is so long that nobody can wait for its end. */
  get isQuota(): boolean {
    return this.#length === 'month'
  }

  /** The milliseconds until the period's end when nothing is left of it, else 0. */
  get wait(): number {
    const { state } = this
    return state && state.left < 1 ? state.endsAt - this.#clock.now() : 0
  }

  take(): void {
    const { state } = this
    if (state) this.#state = { ...state, left: state.left - 1 }
  }

  /** Takes over what is known elsewhere. */
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
      // An answer does not count the calls that are under way, as we do.
      const left =
        reported.left > known.left + unseenCalls ? reported.left : Math.min(reported.left, known.left)
      this.#state = { left, endsAt: Math.min(endsAt, known.endsAt) }
    }
  }

  /** When the period ends that was told of. */
  endOf({ resetsInMilliseconds }: ReportedPeriod): number | undefined {
    if (resetsInMilliseconds === undefined) return this.state?.endsAt
    return this.#clock.now() + resetsInMilliseconds
  }
}

/** Ends that are told this near to each other are one: providers round to seconds. */
export const sameEnd = 2_000

/** More than the calls that may be under way: what is told to be left beyond these corrects our own count. */
export const unseenCalls = 100

function untilEnd(length: PeriodLength, date: number): number {
  if (length !== 'month') return length - (date % length)
  const today = new Date(date)
  return Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1) - date
}
