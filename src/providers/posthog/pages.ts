import { addressOf, likeness, pathnameOf } from '../../upstream/page-path.ts'
import type { PostHogHeatmap } from './wire.ts'

/**
 * The heatmaps of a page. If its path has a query or a fragment: those of exactly that path. If there are none, those of its
 * pathname with any query; finally those of a similar pathname.
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

/** From exact to tolerant. */
const namings: readonly ((path: string) => string)[] = [
  path => path,
  pathnameOf,
  path => likeness(pathnameOf(path)),
]
