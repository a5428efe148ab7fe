/** At most so many calls in any span of so many milliseconds; the span's start is inclusive, its end exclusive. */
export interface RateWindow {
  readonly calls: number
  readonly milliseconds: number
}

/**
 * The milliseconds until every window has room for one more call after these, and for `ahead` calls that wait already; 0
 * if there is room. Times are ascending, of a monotonic clock.
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
    // V8 looks up a negative index as a property name, which is slow.
    const leaving = index < 0 ? undefined : times[Math.min(index, times.length - 1)]
    if (leaving !== undefined) wait = Math.max(wait, leaving + milliseconds - now)
  }
  return wait
}

/** The times of calls, ascending. A time stays at least until the longest window no longer contains it. */
export class CallLog {
  readonly #longest: number
  readonly #times: number[] = []

  constructor(longestMilliseconds: number) {
    this.#longest = longestMilliseconds
  }

  get times(): readonly number[] {
    return this.#times
  }

  /** So many calls made now. */
  note(now: number, calls = 1): void {
    if (now < (this.#times.at(-1) ?? now)) this.add(now, new Array<number>(calls).fill(now))
    else for (let call = 0; call < calls; call++) this.#times.push(now)
    this.#forget(now)
  }

  add(now: number, times: readonly number[]): void {
    const inOrder = times.every((time, index) => time >= (times[index - 1] ?? this.#times.at(-1) ?? time))
    for (const time of times) this.#times.push(time)
    if (!inOrder) this.#times.sort((one, other) => one - other)
    this.#forget(now)
  }

  /** The number of calls in a window of this length that ends now. */
  count(milliseconds: number, now: number): number {
    return this.#times.length - this.#firstAfter(now - milliseconds)
  }

  /** Only when half of the times are over, since removal moves all others. */
  #forget(now: number): void {
    const middle = this.#times[this.#times.length >> 1]
    if (middle === undefined || middle > now - this.#longest) return
    this.#times.splice(0, this.#firstAfter(now - this.#longest))
  }

  /** The index of the first call after that time. */
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
