import type { CachePolicy } from '../../upstream/cache/cache.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import { isImageResult } from '../../upstream/images/image-cache.ts'
import { openImageDownloadLimit } from '../../upstream/images/image-download-limit.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import { callOf } from '../../upstream/source/endpoint.ts'
import { RequestScope } from '../../upstream/source/request-scope.ts'
import type {
  PostHogClient,
  PostHogScope,
  PostHogSettings,
  RenderingScreenshot,
  Screenshot,
  ScreenshotPicture,
} from './client.ts'
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

/** What one account shares between its requests. */
export interface PostHogSources {
  /** A picture that is there is kept, and what is still being drawn is asked again. */
  readonly screenshots: DataSource<ScreenshotKey, Screenshot>
  /** The pictures themselves. */
  readonly pictures: DataSource<ScreenshotKey, ScreenshotPicture>
  readonly renderings: Renderings<ScreenshotKey>
  readonly heatmaps: DataSource<SavedKey, PostHogHeatmap>
  readonly lists: DataSource<ListKey, HeatmapList>
}

/** A picture is drawn anew now and then. */
export const screenshotSeconds = 60

export function posthogSources(
  client: PostHogClient,
  { limits, perHour }: Pick<PostHogSettings, 'limits' | 'perHour'>,
  cachePolicy: CachePolicy | undefined,
  imageCachePolicy: CachePolicy | undefined,
): PostHogSources {
  const milliseconds = limits.ttlSeconds * 1000
  const turns = openImageDownloadLimit('posthog')
  const renderings: Renderings<ScreenshotKey> = new Renderings({
    nameOf: screenshotName,
    look: (key, signal) => screenshots.ask(key, RequestScope.alone('posthog', signal)),
    perHour,
  })
  const screenshots = new DataSource<ScreenshotKey, Screenshot>(
    {
      ...askedOf(async ({ scope, uuid, width }, callContext) =>
        client.screenshot(scope, uuid, width, callContext),
      ),
      ttlOf: (_key, { state }) => (state === 'READY' ? milliseconds : 0),
      isValue: (kept): kept is Screenshot => kept instanceof Object && 'state' in kept,
    },
    cachePolicy,
  )
  const pictures = new DataSource<ScreenshotKey, ScreenshotPicture>(
    {
      ...askedOf(async ({ scope, uuid, width }, callContext) => {
        using _turn = turns.take()
        return await client.picture(scope, uuid, width, callContext)
      }),
      ttlOf: (_key, { state }) => (state === 'READY' ? screenshotSeconds * 1000 : 0),
      isValue: (kept): kept is ScreenshotPicture => isImageResult(kept) && 'state' in kept,
    },
    imageCachePolicy,
  )
  /** A look at a picture, which is not made again before its time. */
  function askedOf<Seen extends Screenshot>(
    look: (key: ScreenshotKey, callContext: CallContext) => Promise<Seen>,
  ) {
    return {
      nameOf: screenshotName,
      callsOf: (keys: readonly ScreenshotKey[]) =>
        keys.map(key => {
          const plan = { route: 'GET /heatmap_screenshots/:id/content', ...key }
          return callOf<ScreenshotKey, Seen | RenderingScreenshot>(
            key,
            plan,
            async callContext => renderings.known(key) ?? renderings.saw(key, await look(key, callContext)),
          )
        }),
    }
  }
  return {
    screenshots,
    pictures,
    renderings,
    heatmaps: new DataSource(
      {
        nameOf: ({ scope, id }) => nameOf('posthog heatmap', scope.kind, scope.id, id),
        callsOf: keys =>
          keys.map(key => {
            const plan = { route: 'GET /saved/:short_id', ...key }
            return callOf(key, plan, callContext => client.heatmap(key.scope, key.id, callContext))
          }),
        ttlOf: () => milliseconds,
        isValue: (kept): kept is PostHogHeatmap => kept instanceof Object && 'id' in kept,
      },
      cachePolicy,
    ),
    lists: new DataSource(
      {
        nameOf: ({ scope, limit, offset }) => nameOf('posthog list', scope.kind, scope.id, limit, offset),
        callsOf: keys =>
          keys.map(key => {
            const { scope, ...page } = key
            return callOf(key, { route: 'GET /saved', ...key }, callContext =>
              client.heatmaps(scope, page, callContext),
            )
          }),
        ttlOf: () => milliseconds,
        isValue: (kept): kept is HeatmapList => kept instanceof Object && 'results' in kept,
      },
      cachePolicy,
    ),
  }
}

function screenshotName({ scope, uuid, width }: ScreenshotKey): string {
  return nameOf('posthog screenshot', scope.kind, scope.id, uuid, width)
}
