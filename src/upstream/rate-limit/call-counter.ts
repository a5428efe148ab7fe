import { FairShares, type PeriodRoom, type WindowRoom } from './fair-shares.ts'
import { type Clock, Period, type PeriodLength, type ReportedPeriod } from './quota-period.ts'
import { CallLog, type RateWindow, windowsWait } from './sliding-window.ts'

/** The limits of a provider for one account. */
export interface Allowance {
  /** Shortest first. */
  readonly windows?: readonly RateWindow[]
  /** A number of calls until a fixed time; unknown parts are learned from responses. */
  readonly period?: { readonly limit?: number | undefined; readonly length?: PeriodLength | undefined }
}

/** The limits as a response reported them. */
export interface ReportedLimits {
  /** For how long no call may be made. */
  readonly waitMilliseconds?: number | undefined
  /** The shortest window: its limit, and the calls left after those of all users. */
  readonly window?: { readonly calls?: number | undefined; readonly left?: number | undefined }
  readonly period?: ReportedPeriod | undefined
  /** Calls without a response when this one came. */
  readonly underWay?: number
}

/** Why a call has to wait. */
export interface Refusal {
  readonly milliseconds: number
  /** Whether the calls of a month are used up, so that a retry soon is pointless. */
  readonly isQuota: boolean
}

/** Counts the calls of one account at one provider. */
export interface CallCounter extends Disposable {
  /**
   * Counts a call made now in all limits, or in none and returns why; `ahead` is the number of calls that wait already. The same
   * for several calls, which are counted together or not at all; there are no more of them than the smallest limit allows.
   */
  take(ahead: number, calls?: number): Promise<Refusal | undefined>
  observe(reported: ReportedLimits): void
  /** The calls left in the period, or in the longest window if there is no period; null if neither is known. */
  readonly left: number | null
  /** The limit of each window and the calls left in it, as far as known. */
  readonly windowRooms: readonly WindowRoom[]
  /** The same for the period; undefined if its limit or end is unknown. */
  readonly periodRoom: PeriodRoom | undefined
  /** The callers' shares of it. */
  readonly shares: FairShares
}

/** Counts in this process's memory only. */
export class LocalCallCounter {
  readonly clock: Clock
  readonly period: Period
  #windows: readonly RateWindow[]
  readonly #own: CallLog
  /** Calls of others with the same credentials, as far as known. */
  #others: CallLog
  #blockedUntil = Number.NEGATIVE_INFINITY

  constructor({ windows = [], period = {} }: Allowance, clock: Clock) {
    this.clock = clock
    this.#windows = windows
    this.#own = new CallLog(this.longestMilliseconds)
    this.#others = new CallLog(this.longestMilliseconds)
    this.period = new Period(clock, period.limit, period.length)
  }

  get windows(): readonly RateWindow[] {
    return this.#windows
  }

  get longestMilliseconds(): number {
    return Math.max(0, ...this.#windows.map(({ milliseconds }) => milliseconds))
  }

  get left(): number | null {
    const period = this.period.state
    if (period) return Math.max(0, period.left)
    const longest = this.#windows.at(-1)
    return longest ? Math.max(0, this.#room(longest)) : null
  }

  get windowRooms(): readonly WindowRoom[] {
    return this.#windows.map(window => ({ ...window, left: this.#room(window) }))
  }

  get periodRoom(): PeriodRoom | undefined {
    const { limit: calls, state } = this.period
    return calls === undefined || !state ? undefined : { calls, ...state }
  }

  /** For how long no call may be made, in milliseconds. */
  get blockedFor(): number {
    return Math.max(0, this.#blockedUntil - this.clock.now())
  }

  take(ahead: number, calls = 1): Refusal | undefined {
    const now = this.clock.now()
    const period = this.period.waitFor(calls)
    const last = ahead + calls - 1
    const other = Math.max(this.blockedFor, windowsWait(this.#times(), this.#windows, now, last))
    if (period > 0 || other > 0) return this.refusal(other, period)
    this.note(calls)
    this.period.take(calls)
    return undefined
  }

  refusal(other: number, period: number): Refusal {
    return { milliseconds: Math.max(other, period), isQuota: this.period.isQuota && period > other }
  }

  /** Counts calls made now in the windows, without checking the limits. */
  note(calls = 1): void {
    this.#own.note(this.clock.now(), calls)
  }

  /** The number of this process's calls in a window of this length. */
  ownCount(milliseconds: number): number {
    return this.#own.count(milliseconds, this.clock.now())
  }

  /** The wait in milliseconds if only this process's calls count, plus `more` calls made now. */
  ownWait(windows: readonly RateWindow[], ahead: number, more: number): number {
    const now = this.clock.now()
    const times = more > 0 ? [...this.#own.times, ...new Array<number>(more).fill(now)] : this.#own.times
    return windowsWait(times, windows, now, ahead)
  }

  setOthers(times: readonly number[]): void {
    this.#others = new CallLog(this.longestMilliseconds)
    this.#others.add(this.clock.now(), times)
  }

  block(milliseconds: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, this.clock.now() + milliseconds)
  }

  /** Learns everything except the number of calls by others; `observeOthers` does that. */
  observe({ waitMilliseconds, window, period, underWay }: ReportedLimits): void {
    if (waitMilliseconds !== undefined) this.block(waitMilliseconds)
    if (period) this.period.observe(period, underWay)
    const [shortest, ...longer] = this.#windows
    if (shortest && window?.calls !== undefined)
      this.#windows = [{ ...shortest, calls: window.calls }, ...longer]
  }

  /** If the shortest window has fewer calls left than we counted, others have made the difference. */
  observeOthers({ window }: ReportedLimits): void {
    const [shortest] = this.#windows
    if (!shortest || window?.left === undefined) return
    const now = this.clock.now()
    const others = Math.max(0, this.#room(shortest) - window.left)
    this.#others.add(now, new Array<number>(others).fill(now))
  }

  #room({ calls, milliseconds }: RateWindow): number {
    const now = this.clock.now()
    return calls - this.#own.count(milliseconds, now) - this.#others.count(milliseconds, now)
  }

  #times(): readonly number[] {
    const others = this.#others.times
    if (others.length === 0) return this.#own.times
    return [...this.#own.times, ...others].toSorted((one, other) => one - other)
  }
}

/** A counter that is not shared with other instances. */
export function openLocalCallCounter(allowance: Allowance, clock: Clock): CallCounter {
  const counter = new LocalCallCounter(allowance, clock)
  return {
    take: async (ahead, calls) => counter.take(ahead, calls),
    observe(reported) {
      counter.observe(reported)
      counter.observeOthers(reported)
    },
    get left() {
      return counter.left
    },
    get windowRooms() {
      return counter.windowRooms
    },
    get periodRoom() {
      return counter.periodRoom
    },
    shares: new FairShares(clock),
    [Symbol.dispose]() {},
  }
}
