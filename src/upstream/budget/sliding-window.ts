/** So many calls in any stretch of so many milliseconds: its start is in, its end is not. */
export interface RateWindow {
  readonly calls: number
  readonly milliseconds: number
}

/**
 * The milliseconds until every window has room for one more call behind these, and for `ahead` that wait already; 0 when
 * there is room. Times are ascending, of a clock that never goes back.
 */
export function windowsWait(
  times: readonly number[],
  windows: readonly RateWindow[],
  now: number,
  ahead = 0,
): number {
  const waits = windows.map(({ calls, milliseconds }) => {
    const leaving = times[Math.min(times.length - calls + ahead, times.length - 1)]
    return leaving === undefined ? 0 : leaving + milliseconds - now
  })
  return Math.max(0, ...waits)
}

/** When each call was made, ascending, as long as the longest window may still hold it. */
export class CallLog {
  readonly #longest: number
  #times: readonly number[] = []

  constructor(longestMilliseconds: number) {
    this.#longest = longestMilliseconds
  }

  get times(): readonly number[] {
    return this.#times
  }

  add(now: number, times: readonly number[] = [now]): void {
    this.#times = [...this.#times, ...times]
      .filter(time => time + this.#longest > now)
      .toSorted((one, other) => one - other)
  }

  /** How many calls a window of this length holds now. */
  count(milliseconds: number, now: number): number {
    return this.#times.filter(time => time + milliseconds > now).length
  }
}
