import type { Reply } from './emulator.ts'
import { type HeatQuery, readHeatQuery } from './posthog-heat-query.ts'
import { type Interaction, interactionsOf, scale } from './posthog-interactions.ts'
import type { Site } from './world.ts'

const milliseconds = 86_400_000
/** Older interactions are deleted. */
const keptDays = 90

/** What visitors did on pages of a site, as the vendor counts it: by points, or by buckets of depth. */
export function answerHeat(site: Site, parameters: URLSearchParams, now: Date): Reply {
  const query = readHeatQuery(parameters, now)
  if (!('isPage' in query)) return query
  const found = interactionsIn(site, query, now)
  const body =
    query.type === 'scrolldepth' ? depths(found, query) : { ...points(found, query), fold: foldOf(found) }
  return {
    headers: { 'cache-control': 'max-age=30', vary: 'Accept, Accept-Encoding, Query-String' },
    body,
  }
}

/** With the page, whose visitors are its own. */
type Found = Interaction & { readonly page: string }

function interactionsIn(site: Site, query: HeatQuery, now: Date): Found[] {
  const { type } = query
  if (type === undefined) return []
  const today = Math.floor(now.getTime() / milliseconds)
  const first = Math.max(query.firstDay, today - keptDays)
  const days = Array.from(
    { length: Math.max(0, Math.min(query.lastDay, today) - first + 1) },
    (_, index) => first + index,
  )
  const isIn = ({ x, y, viewportWidth }: Interaction) =>
    viewportWidth >= Math.round(query.minimumWidth / scale) &&
    viewportWidth <= Math.round(query.maximumWidth / scale) &&
    !(query.hidesOrigin && type !== 'scrolldepth' && x === 0 && y === 0)
  return site.paths
    .filter(path => query.isPage(site.origin + path))
    .flatMap(page =>
      days
        .flatMap(day => {
          const all = interactionsOf(site, page, type, day)
          const passed = Math.min(1, now.getTime() / milliseconds - day)
          return all.slice(0, Math.floor(all.length * passed)).filter(isIn)
        })
        .map(interaction => ({ ...interaction, page })),
    )
}

/** The hottest first. The vendor leaves open how points that are equally hot are ordered. */
function points(found: readonly Found[], { aggregation, limit, offset }: HeatQuery) {
  const groups = Map.groupBy(found, one => `${relativeX(one)} ${one.y} ${one.fixed}`)
  const all = [...groups.values()].flatMap(members => {
    const [first] = members
    if (!first) return []
    return {
      count: countOf(members, aggregation),
      pointer_y: first.y * scale,
      pointer_relative_x: relativeX(first),
      pointer_target_fixed: first.fixed,
    }
  })
  const sorted = all.sort((one, other) => other.count - one.count)
  const end = limit === 0 ? offset + mostPoints : offset + limit
  return { results: sorted.slice(offset, end), has_more: limit !== 0 && sorted.length > end }
}

const mostPoints = 1_000_000

function relativeX({ x, viewportWidth }: Interaction): number {
  return Math.round((x / viewportWidth) * 100) / 100
}

function depths(found: readonly Found[], { aggregation }: HeatQuery) {
  const buckets = Map.groupBy(
    found,
    ({ y, viewportHeight }) => Math.floor(((y + viewportHeight) * scale) / 100) * 100,
  )
  let reached = 0
  const results = [...buckets]
    .sort(([one], [other]) => other - one)
    .map(([bucket, members]) => {
      const count = countOf(members, aggregation)
      reached += count
      return { cumulative_count: reached, bucket_count: count, scroll_depth_bucket: bucket }
    })
  return { results: results.reverse(), has_more: false }
}

function countOf(members: readonly Found[], aggregation: HeatQuery['aggregation']): number {
  if (aggregation === 'total_count') return members.length
  return new Set(members.map(({ page, visitor }) => `${page} ${visitor}`)).size
}

/** For elements that scroll; fixed elements are always seen. */
function foldOf(found: readonly Found[]) {
  const moving = found.filter(({ fixed }) => !fixed)
  const below = moving.filter(({ y, viewportHeight }) => y > viewportHeight).length
  const heights = found.map(({ viewportHeight }) => viewportHeight * scale).sort((a, b) => a - b)
  return {
    total_count: moving.length,
    below_fold_count: below,
    pct_below_fold: moving.length === 0 ? 0 : Math.round((1000 * below) / moving.length) / 10,
    median_viewport_height: heights[Math.floor(heights.length / 2)] ?? null,
  }
}
