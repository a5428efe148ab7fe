import { asError } from '../../../upstream/error.ts'
import type { LocationTraffic, TrafficSpan } from '../records.ts'
import type { TrafficReport } from '../series.ts'
import type { TrafficKey } from '../traffic-question.ts'
import { ReportBuilder } from './report-builder.ts'
import type { ReportSettings } from './report-settings.ts'

/** The answer of one location while its windows are asked. */
export class PendingReport {
  readonly key: TrafficKey
  /** Settles at the end. */
  readonly outcome: Promise<TrafficReport>
  /** How many windows are not answered yet. */
  open = 0
  /** Of the first window that failed: a series that lacks one would be a shorter series. */
  failure: Error | undefined
  readonly #settings: ReportSettings
  #builder: ReportBuilder | undefined
  readonly #settle: PromiseWithResolvers<TrafficReport>

  /** `plan` is the key's. */
  constructor(key: TrafficKey, settings: ReportSettings) {
    this.key = key
    this.#settings = settings
    this.#settle = Promise.withResolvers()
    this.outcome = this.#settle.promise
    // Whoever asked may have gone away.
    this.outcome.catch(() => undefined)
  }

  add(window: TrafficSpan, traffic: LocationTraffic): void {
    if (this.failure) return
    try {
      this.#openBuilder().add(window, traffic)
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
      this.#settle.resolve(this.#openBuilder().report())
    } catch (error) {
      this.#settle.reject(error)
    }
  }

  /** Begun by the first window: until then thousands of locations wait. */
  #openBuilder(): ReportBuilder {
    this.#builder ??= new ReportBuilder(this.key, this.#settings)
    return this.#builder
  }
}
