import { LRUCache } from 'lru-cache'
import type { CachePolicy } from '../../upstream/cache/cache.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import { openImageDownloadLimit } from '../../upstream/images/image-download-limit.ts'
import { isImageResult } from '../../upstream/images/image-result.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import { type CallPerKey, callPerKey } from '../../upstream/source/endpoint.ts'
import { imageCaller, RequestScope } from '../../upstream/source/request-scope.ts'
import type {
  HeatPage,
  PostHogClient,
  PostHogScope,
  PostHogSettings,
  RenderingScreenshot,
  Screenshot,
  ScreenshotImage,
} from './client.ts'
import { type HeatPageKey, heatEndpoint } from './heat-endpoint.ts'
import { Renderings } from './renderings.ts'
import type { PostHogHeatmap } from './wire.ts'

export interface ScreenshotKey {
  readonly scope: PostHogScope
  readonly uuid: string
  readonly width: number
}

/** A saved heatmap by its short id. */
interface SavedKey {
  readonly scope: PostHogScope
  readonly id: string
}

/** A part of a project's list. */
interface ListKey {
  readonly scope: PostHogScope
  readonly limit: number
  readonly offset: number
}

interface HeatmapList {
  readonly results: readonly PostHogHeatmap[]
  readonly count: number
}

/** The data sources that requests of one account share. */
export interface PostHogSources {
  /** A finished image is cached, and one that is being drawn is asked for again. */
  readonly screenshots: DataSource<ScreenshotKey, Screenshot>
  /** The images themselves. */
  readonly images: DataSource<ScreenshotKey, ScreenshotImage>
  readonly renderings: Renderings<ScreenshotKey>
  readonly heatmaps: DataSource<SavedKey, PostHogHeatmap>
  readonly lists: DataSource<ListKey, HeatmapList>
  /** Finished images of heatmaps that the list does not have, even without the cache: it hides deleted ones. */
  readonly unlisted: LRUCache<string, true>
  /** Interactions on pages. */
  readonly heat: DataSource<HeatPageKey, HeatPage>
  /** How many days of them the vendor keeps. */
  readonly heatmapDays: number
}

/** The vendor draws images again now and then. */
export const screenshotSeconds = 60

export function posthogSources(
  client: PostHogClient,
  { limits, perHour, heatmapDays }: Pick<PostHogSettings, 'limits' | 'perHour' | 'heatmapDays'>,
  cachePolicy: CachePolicy | undefined,
  imageCachePolicy: CachePolicy | undefined,
): PostHogSources {
  const milliseconds = limits.ttlSeconds * 1000
  const turns = openImageDownloadLimit('posthog')
  const renderings: Renderings<ScreenshotKey> = new Renderings({
    nameOf: screenshotName,
    look: (key, signal) => screenshots.ask(key, RequestScope.alone('posthog', signal, imageCaller)),
    perHour,
    cache: cachePolicy?.cache,
  })
  const screenshots = new DataSource(
    lookAt<Screenshot>({
      look: ({ scope, uuid, width }, callContext) => client.screenshot(scope, uuid, width, callContext),
      ttlOf: (_key, { state }) => (state === 'READY' ? milliseconds : 0),
      isValue: (cached): cached is Screenshot => isObject(cached) && 'state' in cached,
    }),
    cachePolicy,
  )
  const images = lookAt<ScreenshotImage>({
    async look({ scope, uuid, width }, callContext) {
      using _turn = turns.take()
      return await client.image(scope, uuid, width, callContext)
    },
    ttlOf: (_key, { state }) => (state === 'READY' ? screenshotSeconds * 1000 : 0),
    isValue: (cached): cached is ScreenshotImage => isImageResult(cached) && 'state' in cached,
  })
  const heatmaps = callPerKey<SavedKey, PostHogHeatmap>({
    nameOf: ({ scope, id }) => nameOf('posthog heatmap', scope.kind, scope.id, id),
    plan: key => ({ route: 'GET /saved/:short_id', ...key }),
    call: ({ scope, id }, callContext) => client.heatmap(scope, id, callContext),
    ttlOf: () => milliseconds,
    isValue: (cached): cached is PostHogHeatmap => isObject(cached) && 'id' in cached,
  })
  const lists = callPerKey<ListKey, HeatmapList>({
    nameOf: ({ scope, limit, offset }) => nameOf('posthog list', scope.kind, scope.id, limit, offset),
    plan: key => ({ route: 'GET /saved', ...key }),
    call: ({ scope, ...page }, callContext) => client.heatmaps(scope, page, callContext),
    ttlOf: () => milliseconds,
    isValue: (cached): cached is HeatmapList => isObject(cached) && 'results' in cached,
  })

  /** A check of a screenshot. One that is being drawn is not checked again too soon. */
  function lookAt<Seen extends Screenshot>({
    look,
    ...endpoint
  }: Pick<CallPerKey<ScreenshotKey, Seen | RenderingScreenshot>, 'ttlOf' | 'isValue'> & {
    readonly look: (key: ScreenshotKey, callContext: CallContext) => Promise<Seen>
  }) {
    return callPerKey<ScreenshotKey, Seen | RenderingScreenshot>({
      ...endpoint,
      nameOf: screenshotName,
      plan: key => ({ route: 'GET /heatmap_screenshots/:id/content', ...key }),
      call: async (key, callContext) => renderings.known(key) ?? lookOnce(key, look, callContext),
      isPublished: ({ state }) => state !== 'READY',
    })
  }

  /** Claims made one after the other may belong to instances that wanted to check at the same moment. */
  async function lookOnce<Seen extends Screenshot>(
    key: ScreenshotKey,
    look: (key: ScreenshotKey, callContext: CallContext) => Promise<Seen>,
    { claim, ...callContext }: CallContext,
  ): Promise<Seen | RenderingScreenshot> {
    const recalling = claim && {
      async take() {
        await claim.take()
        if (await renderings.recall(key)) throw new Error('Another instance has just looked.')
      },
      leave: () => claim.leave(),
    }
    try {
      return renderings.saw(key, await look(key, { ...callContext, ...(recalling && { claim: recalling }) }))
    } catch (error) {
      const recalled = renderings.known(key)
      if (!recalled) throw error
      return recalled
    }
  }

  return {
    screenshots,
    images: new DataSource(images, imageCachePolicy),
    renderings,
    heatmaps: new DataSource(heatmaps, cachePolicy),
    lists: new DataSource(lists, cachePolicy),
    unlisted: new LRUCache<string, true>({ max: 1000, ttl: Math.max(1, milliseconds) }),
    heatmapDays,
    heat: new DataSource(heatEndpoint(client, milliseconds), cachePolicy),
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function screenshotName({ scope, uuid, width }: ScreenshotKey): string {
  return nameOf('posthog screenshot', scope.kind, scope.id, uuid, width)
}
