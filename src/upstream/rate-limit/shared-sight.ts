import type { LocalCallCounter } from './call-counter.ts'
import type { WindowRoom } from './fair-shares.ts'

/** The calls of all instances at Redis's last reply. */
export class Sight {
  /** The calls left in each window. */
  readonly room: readonly number[]
  readonly instances: number
  readonly #local: LocalCallCounter
  readonly #at: number
  /** This instance's own calls in each window. */
  readonly #own: readonly number[]

  /** `counts` are the calls of all instances in each window. */
  constructor(local: LocalCallCounter, counts: readonly number[], instances: number) {
    const { windows } = local
    this.room = windows.map(({ calls }, index) => Math.max(0, calls - (counts[index] ?? 0)))
    this.instances = instances
    this.#local = local
    this.#at = local.clock.now()
    this.#own = windows.map(({ milliseconds }) => local.ownCount(milliseconds))
  }

  /** The same for the longest window; null without windows. */
  get left(): number | null {
    return this.windowRooms.at(-1)?.left ?? null
  }

  /** The calls left now, as far as this instance knows: its own calls leave the windows one by one, and at the end all do. */
  get windowRooms(): readonly WindowRoom[] {
    const age = this.#local.clock.now() - this.#at
    return this.#local.windows.map((window, index) => {
      if (age >= window.milliseconds) return { ...window, left: window.calls }
      const gone = (this.#own[index] ?? 0) - this.#local.ownCount(window.milliseconds)
      const left = (this.room[index] ?? window.calls) + Math.max(0, gone)
      return { ...window, left: Math.min(window.calls, left) }
    })
  }
}
