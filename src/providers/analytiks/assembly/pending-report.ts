import { asError } from '../../../upstream/error.ts'
import type { LocationTraffic, TrafficSpan } from '../records.ts'
import type { TrafficReport } from '../series.ts'
import type { TrafficKey } from '../traffic-question.ts'
import { TrafficGathering } from './report-builder.ts'
import type { Plan } from './report-settings.ts'

/** The answer of one location while its windows are asked. */
export class LocationReport {
  readonly key: TrafficKey
  /** Settles at the end. */
  readonly outcome: Promise<TrafficReport>
  /** How many windows are not answered yet. */
  open = 0
  /** Of the first window that failed: a series that lacks one would be a shorter series. */
  failure: Error | undefined
  readonly #plan: Plan
  #gathering: TrafficGathering | undefined
  readonly #settle: PromiseWithResolvers<TrafficReport>

  /** `plan` is the key's. */
  constructor(key: TrafficKey, plan: Plan) {
    this.key = key
    this.#plan = plan
    this.#settle = Promise.withResolvers()
    this.outcome = this.#settle.promise
    // Whoever asked may have gone away.
    this.outcome.catch(() => undefined)
  }

  add(window: TrafficSpan, traffic: LocationTraffic): void {
    if (this.failure) return
    try {
      this.#gathered().add(window, traffic)
    } catch (error) {
      this.fail(error)
    }
  }

  fail(error: unknown): void {
    this.failure ??= asError(error)
  }

  /** No window comes any more; a second end says nothing new. */
  end(): void {
    try {
      if (this.failure) throw this.failure
      this.#settle.resolve(this.#gathered().report())
    } catch (error) {
      this.#settle.reject(error)
    }
  }

  /** Begun by the first window: until then thousands of locations wait. */
  #gathered(): TrafficGathering {
    this.#gathering ??= new TrafficGathering(this.key, this.#plan)
    return this.#gathering
  }
}
