import { addressOf, likeness, pathnameOf, spelledPath } from '../../upstream/page-path.ts'
import type { ZenovayPage } from './wire.ts'

/** A website's pages, each once: rows whose paths are spellings of one path are one page, with the sum of their interactions. */
export class PageList {
  /** Most interactions first; each by its canonical path. */
  readonly pages: readonly ZenovayPage[]
  /** How many rows are no pages of the website. */
  readonly leftOut: number
  /** The interactions of all pages together; null if none has a number. */
  readonly totalInteractions: number | null
  readonly #byPath = new Map<string, ZenovayPage>()
  #alike: ReadonlyMap<string, ZenovayPage> | undefined

  /** A row with an origin belongs to the website if its origin is one of `origins`. */
  constructor(rows: readonly ZenovayPage[], origins: readonly string[]) {
    let leftOut = 0
    for (const row of rows) {
      const path = pathOf(row, origins)
      if (path === undefined) leftOut++
      else this.#byPath.set(path, joined(this.#byPath.get(path), { ...row, path }))
    }
    this.leftOut = leftOut
    const counts = [...this.#byPath.values()].flatMap(({ totalInteractions }) => totalInteractions ?? [])
    this.totalInteractions = counts.length === 0 ? null : counts.reduce((sum, count) => sum + count)
    this.pages = [...this.#byPath.values()].sort((one, other) => countOf(other) - countOf(one))
  }

  /** The page with this path; if there is none, a page with a similar path, finally with any query. */
  find(path: string): ZenovayPage | undefined {
    const exact = this.#byPath.get(path)
    if (exact) return exact
    // Of several similar pages, the most visited one.
    this.#alike ??= new Map(this.pages.toReversed().map(page => [likeness(page.path), page]))
    for (const candidate of [path, path.replace(/#.*/, ''), pathnameOf(path)]) {
      const found = this.#byPath.get(candidate) ?? this.#alike.get(likeness(candidate))
      if (found) return found
    }
    return undefined
  }
}

/** Whether a row depends on the website's origins. */
export function namesOrigin({ path }: ZenovayPage): boolean {
  return !path.startsWith('/') && URL.canParse(path)
}

/** The vendor promises paths; some customers send whole URLs, or relative paths. */
function pathOf(row: ZenovayPage, origins: readonly string[]): string | undefined {
  const { path } = row
  if (path.startsWith('/')) return spelledPath(path)
  const url = URL.parse(path, placeholder)
  const address = url ? addressOf(url) : undefined
  if (!address) return undefined
  return [...origins, placeholder].includes(address.origin) ? address.path : undefined
}

/** Stands for the website's origin. */
const placeholder = 'https://website.invalid'

function joined(one: ZenovayPage | undefined, other: ZenovayPage): ZenovayPage {
  if (!one) return other
  const isCounted = one.totalInteractions !== null || other.totalInteractions !== null
  return {
    path: one.path,
    totalInteractions: isCounted ? (one.totalInteractions ?? 0) + (other.totalInteractions ?? 0) : null,
    lastInteractionAt: latest(one.lastInteractionAt, other.lastInteractionAt),
  }
}

function latest(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return Date.parse(one) < Date.parse(other) ? other : one
}

function countOf({ totalInteractions }: ZenovayPage): number {
  return totalInteractions ?? -1
}
