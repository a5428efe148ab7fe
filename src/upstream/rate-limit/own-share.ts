import type { LocalCallCounter, Refusal } from './call-counter.ts'

/**
 * How long a used-up share of a period blocks, in milliseconds: others may have calls left, and Redis may return at any moment.
 */
const shareWait = 5_000

/** The part of windows and of the period that one of several instances may use while others make calls that it does not see. */
export class OwnShare {
  readonly #local: LocalCallCounter
  #periodEndsAt = Number.NEGATIVE_INFINITY
  /** For the period with that end: the calls left for all, and the calls left of the share. */
  #whole = 0
  #left = 0

  constructor(local: LocalCallCounter) {
    this.#local = local
  }

  /** From now on only a part of the period's remaining calls is its own. */
  begin(instances: number): void {
    const { state } = this.#local.period
    if (!state) return
    this.#periodEndsAt = state.endsAt
    this.#whole = state.left
    this.#left = Math.floor(state.left / instances)
  }

  take(calls: number): void {
    this.#left -= calls
  }

  /** Why so many calls have to wait, with `ahead` that wait and `asking` that could be made. */
  refusal(instances: number, ahead: number, calls: number, asking = 0): Refusal | undefined {
    const windows = this.#local.windows.map(({ calls, milliseconds }) => ({
      calls: Math.max(1, Math.floor(calls / instances)),
      milliseconds,
    }))
    const wait = this.#local.ownWait(windows, ahead + calls - 1, asking)
    const periodWait = Math.min(shareWait, this.#periodWait(instances, calls + asking))
    return wait > 0 || periodWait > 0 ? this.#local.refusal(Math.max(wait, periodWait), 0) : undefined
  }

  /** 0 for a period that is used up for all. A period that begins meanwhile, or gets more calls, has a share too. */
  #periodWait(instances: number, calls: number): number {
    const { clock, period } = this.#local
    const { state } = period
    if (!state || state.left < calls) return 0
    if (this.#periodEndsAt <= clock.now() || state.left > this.#whole) {
      this.begin(instances)
      this.#left = Math.max(1, this.#left)
    }
    return this.#left < calls ? this.#periodEndsAt - clock.now() : 0
  }
}
