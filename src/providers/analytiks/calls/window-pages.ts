import { UpstreamError } from '../../../upstream/error.ts'
import type { DataSource } from '../../../upstream/source/data-source.ts'
import type { RequestScope } from '../../../upstream/source/request-scope.ts'
import type { LocationTraffic, TrafficSpan, TrafficStep } from '../records.ts'
import type { BrandPage, BrandPageKey } from './brand-pages.ts'

export interface WindowPagesOptions {
  readonly pages: DataSource<BrandPageKey, BrandPage>
  readonly scope: RequestScope
  readonly brandId: number
  readonly step: TrafficStep
  /** The locations that will be taken; others are not held. */
  readonly wants: (locationId: number) => boolean
}

/** A page may be empty, say of locations that are refused; so many are a mistake. */
const maximumEmptyPages = 20

/**
 * The pages of a brand in one window. Where pages that were kept do not go together with what upstream says now (the
 * vendor does not say how long a cursor is good), they are read afresh once.
 */
export class WindowPages {
  readonly window: TrafficSpan
  hasEnded = false
  readonly #options: WindowPagesOptions
  /** Handed out, so not again where pages are read afresh. */
  readonly #returned = new Set<number>()
  readonly #buffered = new Map<number, LocationTraffic>()
  /** In the pages of this reading. */
  #seen = new Set<number>()
  #cursor: string | undefined
  #emptyPages = 0
  #hasBegun = false
  #isAfresh = false

  constructor(window: TrafficSpan, options: WindowPagesOptions) {
    this.window = window
    this.#options = options
  }

  /** Whether a row was read that nobody took. */
  get hasBuffered(): boolean {
    return this.#buffered.size > 0
  }

  /** The rows of the next page that were not there before. */
  async next(): Promise<readonly LocationTraffic[]> {
    this.#hasBegun = true
    const { data, cursor } = await this.#read()
    const repeats = data.some(({ locationId }) => this.#seen.has(locationId))
    if (data.length === 0) this.#emptyPages++
    // A walk that brings nothing new would have no end.
    if (repeats || this.#emptyPages > maximumEmptyPages) {
      if (this.startAfresh()) return this.next()
      throw inconsistent('analytiks handed out the same locations twice, or none over and over.')
    }
    for (const { locationId } of data) this.#seen.add(locationId)
    this.#cursor = cursor ?? undefined
    this.hasEnded = cursor === null
    const rows = data.filter(({ locationId }) => !this.#returned.has(locationId))
    for (const { locationId } of rows) this.#returned.add(locationId)
    return rows
  }

  /** Reads the first page, which needs no answer to be asked for. */
  async begin(): Promise<void> {
    if (!this.#hasBegun) await this.#buffer()
  }

  /** The rows of these locations, read on until they are there; a window that lacks one would make its series shorter. */
  async take(locationIds: readonly number[]): Promise<readonly LocationTraffic[]> {
    const rows: LocationTraffic[] = []
    for (const locationId of locationIds) {
      while (!this.#buffered.has(locationId) && (!this.hasEnded || this.startAfresh())) await this.#buffer()
      const row = this.#buffered.get(locationId)
      if (!row)
        throw inconsistent('analytiks told of a location in one window of the range and not in another.')
      this.#buffered.delete(locationId)
      rows.push(row)
    }
    return rows
  }

  /** Goes back to the first page, past what is kept; false where that was done before, or nothing is kept. */
  startAfresh(): boolean {
    if (this.#isAfresh || !this.#options.pages.isCaching) return false
    this.#isAfresh = true
    this.hasEnded = false
    this.#cursor = undefined
    this.#emptyPages = 0
    this.#seen = new Set()
    return true
  }

  async #buffer(): Promise<void> {
    for (const row of await this.next()) {
      if (this.#options.wants(row.locationId)) this.#buffered.set(row.locationId, row)
    }
  }

  async #read(): Promise<BrandPage> {
    const { pages, scope, brandId, step } = this.#options
    const key = { brandId, span: this.window, step, cursor: this.#cursor }
    try {
      return await (this.#isAfresh ? pages.askAfresh(key, scope) : pages.ask(key, scope))
    } catch (error) {
      if (this.#cursor === undefined || !isRefusal(error) || !this.startAfresh()) throw error
      return this.#read()
    }
  }
}

/** What a cursor that is good no more may be answered with. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof UpstreamError &&
    (error.code === 'UPSTREAM_REJECTED' ||
      error.code === 'UPSTREAM_NOT_FOUND' ||
      error.code === 'UPSTREAM_FORBIDDEN')
  )
}

function inconsistent(message: string): UpstreamError {
  return new UpstreamError('analytiks', 'UPSTREAM_INVALID_RESPONSE', message, { retryable: true })
}
