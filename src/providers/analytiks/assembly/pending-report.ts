import { asError } from '../../../upstream/error.ts'
import type { LocationTraffic, TrafficSpan } from '../records.ts'
import type { TrafficReport } from '../series.ts'
import type { TrafficKey } from '../traffic-question.ts'
import { ReportBuilder } from './report-builder.ts'
import type { ReportSettings } from './report-settings.ts'

/** The report of one location while its windows are being requested. */
export class PendingReport {
  readonly key: TrafficKey
  /** Settles when `end` is called. */
  readonly outcome: Promise<TrafficReport>
  /** How many windows have no response yet. */
  open = 0
  /** The first window's failure. One missing window fails the report: a series must never be silently short. */
  failure: Error | undefined
  readonly #settings: ReportSettings
  #builder: ReportBuilder | undefined
  readonly #settle: PromiseWithResolvers<TrafficReport>

  /** `settings` are those of the key. */
  constructor(key: TrafficKey, settings: ReportSettings) {
    this.key = key
    this.#settings = settings
    this.#settle = Promise.withResolvers()
    this.outcome = this.#settle.promise
    // The request that wanted it may have ended: avoids an unhandled rejection.
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

  /** Adds what is not read from a window of its own. False if that cannot be told, so that windows have to. */
  complete(add: (builder: ReportBuilder) => boolean): boolean {
    if (this.failure) return true
    try {
      return add(this.#openBuilder())
    } catch (error) {
      this.fail(error)
      return true
    }
  }

  /** Forgets the windows so far. */
  restart(): void {
    this.#builder = undefined
  }

  fail(error: unknown): void {
    this.failure ??= asError(error)
  }

  /** Settles the outcome: no more windows will come. A second call has no effect. */
  end(): void {
    try {
      if (this.failure) throw this.failure
      this.#settle.resolve(this.#openBuilder().report())
    } catch (error) {
      this.#settle.reject(error)
    }
  }

  /** Created by the first window, since thousands of reports may wait for theirs. */
  #openBuilder(): ReportBuilder {
    this.#builder ??= new ReportBuilder(this.key, this.#settings)
    return this.#builder
  }
}
