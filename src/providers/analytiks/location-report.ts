import type { TrafficGathering } from './gathering.ts'
import type { TrafficReport } from './series.ts'
import type { TrafficKey } from './traffic-question.ts'
import type { LocationTraffic, TrafficSpan } from './wire.ts'

/** The answer of one location while its windows are asked. */
export class LocationReport {
  readonly key: TrafficKey
  /** Settles at the end. */
  readonly outcome: Promise<TrafficReport>
  /** How many windows are not answered yet. */
  open = 0
  /** Of the first window that failed: a series that lacks one would be a shorter series. */
  failure: Error | undefined
  readonly #gathering: TrafficGathering
  readonly #settle: PromiseWithResolvers<TrafficReport>

  constructor(key: TrafficKey, gathering: TrafficGathering) {
    this.key = key
    this.#gathering = gathering
    this.#settle = Promise.withResolvers()
    this.outcome = this.#settle.promise
    // Whoever asked may have gone away.
    this.outcome.catch(() => undefined)
  }

  add(window: TrafficSpan, traffic: LocationTraffic): void {
    if (this.failure) return
    try {
      this.#gathering.add(window, traffic)
    } catch (error) {
      this.fail(error)
    }
  }

  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error('A window failed.', { cause: error })
  }

  /** No window comes any more; a second end says nothing new. */
  end(): void {
    try {
      if (this.failure) throw this.failure
      this.#settle.resolve(this.#gathering.report())
    } catch (error) {
      this.#settle.reject(error)
    }
  }
}
