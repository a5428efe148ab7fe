import { type Clock, Period, type PeriodLength, type ReportedPeriod } from './quota-period.ts'
import { CallLog, type RateWindow, windowsWait } from './sliding-window.ts'

/** What a provider allows one account. */
export interface Allowance {
  /** Shortest first. */
  readonly windows?: readonly RateWindow[]
  /** Calls until a fixed moment; what is not known of it is learned from answers. */
  readonly period?: { readonly limit?: number | undefined; readonly length?: PeriodLength | undefined }
}

/** What an answer told of the limits. */
export interface ReportedLimits {
  /** Nothing is to be asked for so long. */
  readonly waitMilliseconds?: number | undefined
  /** Of the shortest window: what it allows, and what it has left after everybody's calls. */
  readonly window?: { readonly calls?: number | undefined; readonly left?: number | undefined }
  readonly period?: ReportedPeriod | undefined
  /** Calls that had no answer yet when this was told. */
  readonly underWay?: number
}

/** Why a call has to wait. */
export interface Refusal {
  readonly milliseconds: number
  /** Whether a month's calls are used up, so that coming back soon is in vain. */
  readonly isQuota: boolean
}

/** Counts the calls of one account at one provider. */
export interface CallCounter extends Disposable {
  /** Counts a call that is made now, in every limit or in none; `ahead` is how many wait for their turn already. */
  take(ahead: number): Promise<Refusal | undefined>
  observe(reported: ReportedLimits): void
  /** What the period has left, or the longest window without one; null while neither is known. */
  readonly left: number | null
}

/** Counts by the memory of this process alone. */
export class LocalCallCounter {
  readonly clock: Clock
  readonly period: Period
  #windows: readonly RateWindow[]
  readonly #own: CallLog
  /** Calls of others that use the same credentials, as far as they are known. */
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

  /** How long nothing is to be asked, in milliseconds. */
  get blockedFor(): number {
    return Math.max(0, this.#blockedUntil - this.clock.now())
  }

  take(ahead: number): Refusal | undefined {
    const now = this.clock.now()
    const period = this.period.wait
    const other = Math.max(this.blockedFor, windowsWait(this.#times(), this.#windows, now, ahead))
    if (period > 0 || other > 0) return this.refusal(other, period)
    this.#own.add(now)
    this.period.take()
    return undefined
  }

  refusal(other: number, period: number): Refusal {
    return { milliseconds: Math.max(other, period), isQuota: this.period.isQuota && period > other }
  }

  /** Writes a call into the windows that is made now. */
  note(): void {
    this.#own.add(this.clock.now())
  }

  /** How many calls of this process a window of this length holds. */
  ownCount(milliseconds: number): number {
    return this.#own.count(milliseconds, this.clock.now())
  }

  /** The wait for a window that others may not use: 0 when this process's own calls, and as many more now, leave room in it. */
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

  /** Learns all but how many calls others have made, which `tellOthers` does. */
  observe({ waitMilliseconds, window, period, underWay }: ReportedLimits): void {
    if (waitMilliseconds !== undefined) this.block(waitMilliseconds)
    if (period) this.period.observe(period, underWay)
    const [shortest, ...longer] = this.#windows
    if (shortest && window?.calls !== undefined)
      this.#windows = [{ ...shortest, calls: window.calls }, ...longer]
  }

  /** What the shortest window has left that we do not know to be used, others have used. */
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

/** The ledger of a process that shares with no other. */
export function openLocalCallCounter(allowance: Allowance, clock: Clock): CallCounter {
  const counter = new LocalCallCounter(allowance, clock)
  return {
    take: async ahead => counter.take(ahead),
    observe(reported) {
      counter.observe(reported)
      counter.observeOthers(reported)
    },
    get left() {
      return counter.left
    },
    [Symbol.dispose]() {},
  }
}
