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
  let wait = 0
  for (const { calls, milliseconds } of windows) {
    const index = times.length - calls + ahead
    // Below zero would be looked up as a name, which is slow.
    const leaving = index < 0 ? undefined : times[Math.min(index, times.length - 1)]
    if (leaving !== undefined) wait = Math.max(wait, leaving + milliseconds - now)
  }
  return wait
}

/** When each call was made, ascending, as long as the longest window may still hold it, or a while longer. */
export class CallLog {
  readonly #longest: number
  readonly #times: number[] = []

  constructor(longestMilliseconds: number) {
    this.#longest = longestMilliseconds
  }

  get times(): readonly number[] {
    return this.#times
  }

  add(now: number, times: readonly number[] = [now]): void {
    const inOrder = times.every((time, index) => time >= (times[index - 1] ?? this.#times.at(-1) ?? time))
    for (const time of times) this.#times.push(time)
    if (!inOrder) this.#times.sort((one, other) => one - other)
    // Seldom, since it moves all that stay.
    const middle = this.#times[this.#times.length >> 1]
    if (middle !== undefined && middle <= now - this.#longest)
      this.#times.splice(0, this.#firstAfter(now - this.#longest))
  }

  /** How many calls a window of this length holds now. */
  count(milliseconds: number, now: number): number {
    return this.#times.length - this.#firstAfter(now - milliseconds)
  }

  /** The place of the first call that was made later than that. */
  #firstAfter(moment: number): number {
    let [low, high] = [0, this.#times.length]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (Number(this.#times[middle]) > moment) high = middle
      else low = middle + 1
    }
    return low
  }
}
