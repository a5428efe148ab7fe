import type { Answers } from '../../upstream/answers.ts'
import type { Caller } from '../../upstream/caller.ts'
import { UpstreamError } from '../../upstream/error.ts'
import { type Walk, walk } from '../../upstream/walk.ts'
import type { BrandPage, BrandPageKey } from './brand-pages.ts'
import { TrafficGathering } from './gathering.ts'
import type { DwellTime } from './law.ts'
import type { TrafficReport } from './series.ts'
import type { BrandQuestion } from './traffic-question.ts'
import type { LocationTraffic, TrafficSpan, TrafficStep } from './wire.ts'

export interface BrandWalkOptions {
  readonly pages: Answers<BrandPageKey, BrandPage>
  readonly caller: Caller
  readonly dwellTime: DwellTime
  readonly brandId: number
  readonly step: TrafficStep
  /** Without gaps, in order of time; at least one. */
  readonly windows: readonly TrafficSpan[]
}

/** A brand's locations in the order of the first window's pages; the other windows are read as far as those locations need. */
export function walkBrand(question: BrandQuestion, options: BrandWalkOptions): Walk<TrafficReport> {
  const [lead, ...others] = options.windows.map(window => new WindowPages(window, options))
  return walk<TrafficReport, true>(async () => {
    if (!lead) return { rows: [], next: undefined }
    const rows = await lead.next()
    const parts = await Promise.all(others.map(pages => pages.take(rows.map(({ locationId }) => locationId))))
    const reports = rows.map((row, index) => {
      const { locationId } = row
      const timeZone = question.zoneOf(locationId)
      const gathering = new TrafficGathering({ ...question, timeZone }, options.dwellTime)
      gathering.add(lead.window, row)
      for (const [part, pages] of others.entries()) {
        const traffic = parts[part]?.[index]
        if (traffic) gathering.add(pages.window, traffic)
      }
      return gathering.report()
    })
    return { rows: reports, next: lead.hasEnded ? undefined : true }
  })
}

/** A page may be empty, say of locations that are refused; so many are a mistake. */
const maximumEmptyPages = 20

/** The pages of one window; a row is held until it is taken. */
class WindowPages {
  readonly window: TrafficSpan
  hasEnded = false
  readonly #options: BrandWalkOptions
  readonly #seen = new Set<number>()
  readonly #held = new Map<number, LocationTraffic>()
  #cursor: string | undefined
  #emptyPages = 0

  constructor(window: TrafficSpan, options: BrandWalkOptions) {
    this.window = window
    this.#options = options
  }

  /** The rows of the next page. */
  async next(): Promise<readonly LocationTraffic[]> {
    const { pages, caller, brandId, step } = this.#options
    const { data, cursor } = await pages.ask(
      { brandId, span: this.window, step, cursor: this.#cursor },
      caller,
    )
    const repeats = data.some(({ locationId }) => this.#seen.has(locationId))
    if (data.length === 0) this.#emptyPages++
    // A walk that brings nothing new would have no end.
    if (repeats || this.#emptyPages > maximumEmptyPages) {
      throw inconsistent('analytiks handed out the same locations twice, or none over and over.')
    }
    for (const { locationId } of data) this.#seen.add(locationId)
    this.#cursor = cursor ?? undefined
    this.hasEnded = cursor === null
    return data
  }

  /** The rows of these locations, read on until they are there; a window that lacks one would make its series shorter. */
  async take(locationIds: readonly number[]): Promise<readonly LocationTraffic[]> {
    const rows: LocationTraffic[] = []
    for (const locationId of locationIds) {
      while (!this.#held.has(locationId) && !this.hasEnded) {
        for (const row of await this.next()) this.#held.set(row.locationId, row)
      }
      const row = this.#held.get(locationId)
      if (!row)
        throw inconsistent('analytiks told of a location in one window of the range and not in another.')
      this.#held.delete(locationId)
      rows.push(row)
    }
    return rows
  }
}

function inconsistent(message: string): UpstreamError {
  return new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message, { retryable: true })
}
