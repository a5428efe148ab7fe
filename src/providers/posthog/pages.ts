import { addressOf, likeness, pathnameOf } from '../../upstream/page-path.ts'
import type { PostHogHeatmap } from './wire.ts'

/**
 * The heatmaps of a page. With a query or a fragment in its path: those of that very path. Else, or where there are none: those
 * of its pathname, whatever the query; at last those of a pathname that is like it.
 */
export type HeatmapsByPage = (origins: readonly string[], path: string) => readonly PostHogHeatmap[]

export function byPage(heatmaps: readonly PostHogHeatmap[]): HeatmapsByPage {
  const placed = heatmaps.flatMap((heatmap, index) => {
    const url = URL.parse(heatmap.url ?? '')
    const address = url && addressOf(url)
    return address ? [{ ...address, heatmap, index }] : []
  })
  const indexes = namings.map(naming => Map.groupBy(placed, ({ origin, path }) => `${origin}${naming(path)}`))
  return (origins, path) => {
    for (const [level, naming] of namings.entries()) {
      if (level === 0 && pathnameOf(path) === path) continue
      const found = origins.flatMap(origin => indexes[level]?.get(`${origin}${naming(path)}`) ?? [])
      if (found.length > 0)
        return found.sort((one, other) => one.index - other.index).map(({ heatmap }) => heatmap)
    }
    return []
  }
}

/** From the exact one to the most tolerant. */
const namings: readonly ((path: string) => string)[] = [
  path => path,
  pathnameOf,
  path => likeness(pathnameOf(path)),
]
