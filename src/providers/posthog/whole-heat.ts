import { UpstreamError } from '../../upstream/error.ts'
import type { DataSource } from '../../upstream/source/data-source.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import type { HeatPage } from './client.ts'
import type { HeatKey, HeatPageKey } from './heat-endpoint.ts'
import type { Heat, HeatFold, HeatPoints } from './records.ts'

/** About 17 MB of the vendor's JSON: every cell of a page of 16,000 pixels. */
const mostPoints = 200_000
/** The vendor sends everything at once; if it sends less, it is asked at most so often. */
const mostPages = 50

/**
 * The vendor's whole data for a question, read page by page until the vendor says that there is no more. If it changes between
 * two pages, it is read once more, without the cache.
 */
export async function readHeat(
  source: Pick<DataSource<HeatPageKey, HeatPage>, 'ask' | 'askAfresh'>,
  key: HeatKey,
  scope: RequestScope,
): Promise<Heat> {
  const read =
    (await readPages(offset => source.ask({ ...key, offset }, scope))) ??
    (await readPages(offset => source.askAfresh({ ...key, offset }, scope)))
  if (read) return read
  const message = 'The points of the heat changed while they were read from posthog.'
  throw new UpstreamError('posthog', 'UPSTREAM_INVALID_RESPONSE', message, { retryable: true })
}

/** Undefined if it changed meanwhile. */
async function readPages(ask: (offset: number) => Promise<HeatPage>): Promise<Heat | undefined> {
  const first = await ask(0)
  if (first.kind === 'scroll') return first
  const parts = [first.points]
  let count = first.points.counts.length
  if (count > mostPoints) throw tooMany()
  let { hasMore, fold } = first
  const known = new Set(hasMore ? namesOf(first.points) : [])
  while (hasMore) {
    const next = await ask(count)
    if (next.kind === 'scroll') return undefined
    const names = namesOf(next.points)
    // Points move between pages when new ones come; a point that was skipped would be lost without a warning.
    if (names.some(name => known.has(name)) || (fold && next.fold && fold.total !== next.fold.total))
      return undefined
    fold ??= next.fold
    const added = next.points.counts.length
    if (added === 0) {
      if (next.hasMore || lacksSome(parts, fold)) return undefined
      break
    }
    for (const name of names) known.add(name)
    parts.push(next.points)
    count += added
    if (count > mostPoints || parts.length > mostPages) throw tooMany()
    hasMore = next.hasMore
  }
  return { kind: 'points', points: parts.length === 1 ? first.points : joined(parts), fold }
}

/** Whether there were more interactions than the points of these pages contain. */
function lacksSome(parts: readonly HeatPoints[], fold: HeatFold | null): boolean {
  const read = parts.reduce((sum, { counts }) => counts.reduce((all, count) => all + count, sum), 0)
  return fold !== null && read < fold.total
}

/** For points in the window: all points outside of it have the same x. */
function namesOf({ xs, ys, fixed }: HeatPoints): readonly string[] {
  return xs.flatMap((x, index) => (x < 0 || x > 100 ? [] : [`${x} ${ys[index]} ${fixed[index]}`]))
}

function joined(parts: readonly HeatPoints[]): HeatPoints {
  return {
    xs: parts.flatMap(({ xs }) => xs),
    ys: parts.flatMap(({ ys }) => ys),
    counts: parts.flatMap(({ counts }) => counts),
    fixed: parts.flatMap(({ fixed }) => fixed),
  }
}

function tooMany(): UpstreamError {
  const most = mostPoints.toLocaleString('en')
  const message = `posthog has more than ${most} points of this heat: ask for fewer days or narrower viewports.`
  return new UpstreamError('posthog', 'UPSTREAM_INVALID_RESPONSE', message, { isOverBound: true })
}
