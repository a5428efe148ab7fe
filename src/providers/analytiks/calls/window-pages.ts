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
  readonly maximumAge: number | undefined
  /** The locations that will be taken; rows of others are not stored. */
  readonly wants: (locationId: number) => boolean
}

/** A page may be empty, for example if its locations are refused; more than this is an error of the vendor. */
const maximumEmptyPages = 20

/**
 * Reads the pages of a brand in one window. If cached pages contradict what upstream returns now (the vendor does not say
 * how long a cursor is valid), it reads them once more without the cache.
 */
export class WindowPages {
  readonly window: TrafficSpan
  hasEnded = false
  readonly #options: WindowPagesOptions
  /** Locations that `next` has returned already: it does not return them again after a fresh start. */
  readonly #returned = new Set<number>()
  readonly #buffered = new Map<number, LocationTraffic>()
  /** Locations in the pages since the last start. */
  #seen = new Set<number>()
  #cursor: string | undefined
  #emptyPages = 0
  #hasBegun = false
  #isAfresh = false

  constructor(window: TrafficSpan, options: WindowPagesOptions) {
    this.window = window
    this.#options = options
  }

  /** Whether it has a row that was never taken. Reads on until it knows. */
  async hasMore(): Promise<boolean> {
    while (this.#buffered.size === 0 && !this.hasEnded) await this.#buffer()
    return this.#buffered.size > 0
  }

  /** Reads the next page; returns its rows that were not returned before. */
  async next(): Promise<readonly LocationTraffic[]> {
    this.#hasBegun = true
    const { data, cursor } = await this.#read()
    const repeats = data.some(({ locationId }) => this.#seen.has(locationId))
    if (data.length === 0) this.#emptyPages++
    // Pages that bring nothing new might never end.
    if (repeats || this.#emptyPages > maximumEmptyPages) {
      if (this.startAfresh()) return this.next()
      throw inconsistent('analytiks returned the same locations twice, or empty pages again and again.')
    }
    for (const { locationId } of data) this.#seen.add(locationId)
    this.#cursor = cursor ?? undefined
    this.hasEnded = cursor === null
    return data.filter(({ locationId }) => {
      const isNew = !this.#returned.has(locationId)
      this.#returned.add(locationId)
      return isNew
    })
  }

  /** Reads the first page ahead of time: its key depends on no other response. */
  async begin(): Promise<void> {
    if (!this.#hasBegun) await this.#buffer()
  }

  /** Reads on until it has the rows of these locations. Throws if one is missing: its series would be silently short. */
  async take(locationIds: readonly number[]): Promise<readonly LocationTraffic[]> {
    const rows: LocationTraffic[] = []
    for (const locationId of locationIds) {
      while (!this.#buffered.has(locationId) && (!this.hasEnded || this.startAfresh())) await this.#buffer()
      const row = this.#buffered.get(locationId)
      if (!row)
        throw inconsistent('analytiks returned a location in one window of the range and not in another.')
      this.#buffered.delete(locationId)
      rows.push(row)
    }
    return rows
  }

  /** Reads to the end; returns the rows that were never taken. */
  async rest(): Promise<readonly LocationTraffic[]> {
    while (!this.hasEnded) await this.#buffer()
    const rows = [...this.#buffered.values()]
    this.#buffered.clear()
    return rows
  }

  /** Goes back to the first page, without the cache; false if it did so before, or if there is no cache. */
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
    const { pages, scope, brandId, step, maximumAge } = this.#options
    const key = { brandId, span: this.window, step, cursor: this.#cursor, maximumAge }
    try {
      return await (this.#isAfresh ? pages.askAfresh(key, scope) : pages.ask(key, scope))
    } catch (error) {
      if (this.#cursor === undefined || !isRefusal(error) || !this.startAfresh()) throw error
      return this.#read()
    }
  }
}

/** Whether this may be the response to an expired cursor. */
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
