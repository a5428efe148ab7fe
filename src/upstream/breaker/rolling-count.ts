/** Counts events of the last ten seconds, to the second. */
export class RollingCount {
  readonly #counts = new Array<number>(windowSeconds).fill(0)
  /** The latest second that was counted. */
  #second = 0

  add(now: number): void {
    const index = this.#turnTo(now)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  sum(now: number): number {
    this.#turnTo(now)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  clear(): void {
    this.#counts.fill(0)
  }

  #turnTo(now: number): number {
    const second = Math.floor(now / 1000)
    if (second - this.#second >= windowSeconds) this.#counts.fill(0)
    else for (let one = this.#second + 1; one <= second; one++) this.#counts[one % windowSeconds] = 0
    this.#second = second
    return second % windowSeconds
  }
}

const windowSeconds = 10
export const windowMilliseconds = windowSeconds * 1000
