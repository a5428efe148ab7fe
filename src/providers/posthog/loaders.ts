import type DataLoader from 'dataloader'
import { openDeadline } from '../../upstream/deadline.ts'
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

/** A heatmap by either of its ids: the UUID that images go by, or the short id of the vendor's saved-heatmap routes. */
export interface HeatmapKey {
  readonly scope: PostHogScope
  readonly id: string
}

export interface PostHogLoaders {
  /** The states of images; one that is being drawn is not looked at again before its time. */
  readonly screenshots: DataLoader<ScreenshotKey, Screenshot, string>
  /** The same, but waits for one that is being drawn: so many milliseconds, and as long as the request may take. */
  readonly rendered: (key: ScreenshotKey, milliseconds: number) => Promise<Screenshot>
  /** The state now, and what becomes of one that is being drawn, until the signal ends. */
  readonly changes: (key: ScreenshotKey, signal: AbortSignal) => AsyncGenerator<Screenshot>
  /** Metadata; however many UUIDs of one project are asked, its list is read once. */
  readonly heatmaps: DataLoader<HeatmapKey, PostHogHeatmap, string>
  /** The metadata of one whose id is no UUID, as PostHog does not promise: only its list tells it. */
  readonly listedHeatmap: (key: HeatmapKey) => Promise<PostHogHeatmap>
  /** All saved heatmaps of a project, last updated first, read page by page as far as somebody asks. */
  readonly savedHeatmaps: (scope: PostHogScope) => Paginator<PostHogHeatmap>
  /** The saved heatmaps of a page of a website with these origins; the list is read and sorted once for all pages of a project. */
  readonly heatmapsOfPage: (
    scope: PostHogScope,
    origins: readonly string[],
    path: string,
  ) => Promise<readonly PostHogHeatmap[]>
  /** What visitors did on a page, however often it is asked, in cells of the question's own size without `columns`. */
  readonly heatGrid: (key: HeatKey, columns: number | null) => Promise<HeatGrid>
  /** What a grid of the scope has more than one of other days. */
  readonly heatDifference: (scope: PostHogScope, grid: HeatGrid, against: Days) => Promise<HeatDifference>
  readonly hotspots: (layer: HeatLayer, geometry: HeatGeometry, top: number) => readonly Hotspot[]
}

/** The most that the vendor hands out at once (vendor source). */
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
      // Rows shift between pages when the list changes meanwhile; a row that was skipped would be lost without a word.
      if (count !== counted || repeats || end > count || (results.length === 0 && end < count)) {
        if (isSecondTry) throw changedAgain()
        // Pages that were kept at different times may not go together: past them, once.
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
    // What the list hides (deleted ones) the content route may still describe, as long as it has no image.
    const screenshot = await screenshots.load({ scope, uuid, width: defaultWidth })
    if (screenshot.state !== 'READY') return screenshot.heatmap
    // It is there, so it may have been saved after a list that the cache holds.
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
        if (!isTooMany && !isTimeout(patience.signal.reason)) throw error
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

/** In milliseconds; a longer one is more than a timer holds. */
const longestWait = 86_400_000

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}

/** What the vendor serves when no width is asked (vendor source). */
const defaultWidth = 1024
