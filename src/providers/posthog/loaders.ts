import type DataLoader from 'dataloader'
import { isTimeout, openDeadline } from '../../upstream/deadline.ts'
import { asError, UpstreamError } from '../../upstream/error.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { changed, type Paginator, paginate } from '../../upstream/source/paginator.ts'
import { RequestLoader } from '../../upstream/source/request-loader.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import { isUuid } from '../../upstream/uuid.ts'
import type { PostHogScope, Screenshot } from './client.ts'
import { type HeatKey, heatName } from './heat-endpoint.ts'
import { differenceOf, gridOf, hotspotsOf } from './heat-grid.ts'
import { byPage, type HeatmapsByPage } from './pages.ts'
import type { Days, Heat, HeatDifference, HeatGeometry, HeatGrid, HeatLayer, Hotspot } from './records.ts'
import type { PostHogSources, ScreenshotKey } from './sources.ts'
import { readHeat } from './whole-heat.ts'
import type { PostHogHeatmap } from './wire.ts'

/** A heatmap by either of its ids: the UUID in routes of images, or the short id in the vendor's routes of saved heatmaps. */
export interface HeatmapKey {
  readonly scope: PostHogScope
  readonly id: string
}

export interface PostHogLoaders {
  /** The states of images. One that is being drawn is not checked again too soon. */
  readonly screenshots: DataLoader<ScreenshotKey, Screenshot, string>
  /** The same, but waits for an image that is being drawn: that many milliseconds at most, within the request's own deadline. */
  readonly rendered: (key: ScreenshotKey, milliseconds: number) => Promise<Screenshot>
  /** The state now, and every change of an image that is being drawn, until the signal aborts. */
  readonly changes: (key: ScreenshotKey, signal: AbortSignal) => AsyncGenerator<Screenshot>
  /** Metadata. For any number of UUIDs of one project, its list is read once. */
  readonly heatmaps: DataLoader<HeatmapKey, PostHogHeatmap, string>
  /** The metadata of a heatmap whose id is no UUID, which PostHog does not promise: only its list has it. */
  readonly listedHeatmap: (key: HeatmapKey) => Promise<PostHogHeatmap>
  /** All saved heatmaps of a project, last updated first, read page by page as far as needed. */
  readonly savedHeatmaps: (scope: PostHogScope) => Paginator<PostHogHeatmap>
  /**
   * The saved heatmaps of a page of a website with these origins. The list is read and sorted once for all pages of a project.
   */
  readonly heatmapsOfPage: (
    scope: PostHogScope,
    origins: readonly string[],
    path: string,
  ) => Promise<readonly PostHogHeatmap[]>
  /**
   * The interactions on a page as a grid, loaded once however often it is requested; without `columns` in cells of the default
   * size.
   */
  readonly heatGrid: (key: HeatKey, columns: number | null) => Promise<HeatGrid>
  /** A grid of the scope minus one of other days. */
  readonly heatDifference: (scope: PostHogScope, grid: HeatGrid, against: Days) => Promise<HeatDifference>
  readonly hotspots: (layer: HeatLayer, geometry: HeatGeometry, top: number) => readonly Hotspot[]
}

/** The most that the vendor returns at once (vendor source). */
const pageSize = 500

export function posthogLoaders(sources: () => PostHogSources, requestScope: RequestScope): PostHogLoaders {
  const paginators = new Map<string, Paginator<PostHogHeatmap>>()
  const pages = new Map<string, Promise<HeatmapsByPage>>()

  const listOf = (scope: PostHogScope, skipsCache: boolean) =>
    paginators.getOrInsertComputed(nameOf(scope.kind, scope.id, `${skipsCache}`), () =>
      paginateSaved(scope, skipsCache),
    )
  const savedHeatmaps = (scope: PostHogScope) => listOf(scope, false)

  const paginateSaved = (scope: PostHogScope, skipsCache: boolean) => {
    let counted: number | undefined
    let isAfresh = skipsCache
    let isSecondTry = false
    const known = new Set<string>()
    return paginate<PostHogHeatmap, number>(async (offset = 0) => {
      const { lists } = sources()
      const key = { scope, limit: pageSize, offset }
      const { results, count } = await (isAfresh
        ? lists.askAfresh(key, requestScope)
        : lists.ask(key, requestScope))
      const end = offset + results.length
      counted ??= count
      const ids = new Set(results.map(({ id }) => id))
      const repeats = ids.size < results.length || !ids.isDisjointFrom(known)
      // Rows move between pages if the list changes meanwhile; a row that was skipped would be lost without a warning.
      if (count !== counted || repeats || end > count || (results.length === 0 && end < count)) {
        if (isSecondTry) throw changedAgain()
        // Pages that were cached at different times may not match: read once more without the cache.
        isAfresh = true
        isSecondTry = true
        counted = undefined
        known.clear()
        return changed
      }
      for (const id of ids) known.add(id)
      return { rows: results, next: end < count ? end : undefined }
    })
  }

  const screenshots = new RequestLoader<ScreenshotKey, Screenshot, string>(
    requestScope,
    keys => Promise.all(keys.map(key => sources().screenshots.ask(key, requestScope).catch(asError))),
    {
      cacheKeyFn: ({ scope, uuid, width }) => nameOf(scope.kind, scope.id, uuid, width),
    },
  )

  const heat = new RequestLoader<HeatKey, Heat, string>(
    requestScope,
    keys => Promise.all(keys.map(key => readHeat(sources().heat, key, requestScope).catch(asError))),
    { cacheKeyFn: heatName },
  )
  const heatGrid = async (key: HeatKey, columns: number | null) =>
    gridOf(await heat.load(key), key.question, columns)

  const findIn = async (list: Paginator<PostHogHeatmap>, id: string): Promise<PostHogHeatmap | undefined> => {
    const { rows } = await list.until(read => read.some(heatmap => heatmap.id === id))
    return rows.find(heatmap => heatmap.id === id)
  }
  const loadHeatmap = async ({ scope, id }: HeatmapKey): Promise<PostHogHeatmap> => {
    if (!isUuid(id)) return sources().heatmaps.ask({ scope, id }, requestScope)
    const uuid = id.toLowerCase()
    const listed = await findIn(savedHeatmaps(scope), uuid)
    if (listed) return listed
    // The content route may still describe a heatmap that the list hides (a deleted one), as long as it has no image.
    const screenshot = await screenshots.load({ scope, uuid, width: defaultWidth })
    if (screenshot.state !== 'READY') return screenshot.heatmap
    // It exists, so it may have been saved after the cached list.
    const { lists, unlisted } = sources()
    const name = nameOf(scope.kind, scope.id, uuid)
    if (!lists.isCaching || unlisted.has(name)) throw notListed()
    const listedNow = await findIn(listOf(scope, true), uuid)
    if (listedNow) return listedNow
    unlisted.set(name, true)
    throw notListed()
  }
  const sortByPage = async (scope: PostHogScope) => {
    const { rows } = await savedHeatmaps(scope).until(() => false)
    return byPage(rows)
  }
  return {
    savedHeatmaps,
    async listedHeatmap({ scope, id }) {
      const listed = await findIn(savedHeatmaps(scope), id)
      if (!listed) throw notListed()
      return listed
    },
    async heatmapsOfPage(scope, origins, path) {
      const sorted = pages.getOrInsertComputed(nameOf(scope.kind, scope.id), () => sortByPage(scope))
      return (await sorted)(origins, path)
    },
    heatGrid,
    async heatDifference(scope, grid, against) {
      const question = { ...grid.question, days: against }
      return differenceOf(grid, await heatGrid({ scope, question }, grid.columns))
    },
    hotspots: hotspotsOf,
    screenshots,
    async rendered(key, milliseconds) {
      const first = await screenshots.load(key)
      if (first.state !== 'RENDERING' || milliseconds <= 0) return first
      using patience = openDeadline(Math.min(milliseconds, longestWait), requestScope.signal)
      const { renderings } = sources()
      return await renderings.settled(key, patience.signal).catch(error => {
        const isTooMany = error instanceof UpstreamError && error.code === 'UPSTREAM_RATE_LIMITED'
        if (!isTooMany && !isTimeout(patience.signal)) throw error
        return renderings.known(key) ?? first
      })
    },
    async *changes(key, signal) {
      const first = await screenshots.load(key)
      yield first
      if (first.state === 'RENDERING') yield await sources().renderings.settled(key, signal)
    },
    heatmaps: new RequestLoader(
      requestScope,
      keys => Promise.all(keys.map(key => loadHeatmap(key).catch(asError))),
      {
        cacheKeyFn: ({ scope, id }) => nameOf(scope.kind, scope.id, id),
      },
    ),
  }
}

function notListed(): UpstreamError {
  return new UpstreamError('posthog', 'UPSTREAM_NOT_FOUND', 'posthog does not list this heatmap.')
}

function changedAgain(): UpstreamError {
  const message = 'The list of saved heatmaps changed while it was read.'
  return new UpstreamError('posthog', 'UPSTREAM_INVALID_RESPONSE', message, { retryable: true })
}

/** In milliseconds: a day, which a timer can hold. */
const longestWait = 86_400_000

/** The width that the vendor serves by default (vendor source). */
const defaultWidth = 1024
