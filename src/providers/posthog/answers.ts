import type { Keeping } from '../../upstream/cache/keeping.ts'
import type { Flight } from '../../upstream/call-context.ts'
import { isPicture } from '../../upstream/images/image-cache.ts'
import { openPictureTurns } from '../../upstream/images/image-download-queue.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { Answers } from '../../upstream/source/data-source.ts'
import { asItIs, callOf } from '../../upstream/source/endpoint.ts'
import { Caller } from '../../upstream/source/request-scope.ts'
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
export interface PostHogAnswers {
  /** A picture that is there is kept, and what is still being drawn is asked again. */
  readonly screenshots: Answers<ScreenshotKey, Screenshot>
  /** The pictures themselves. */
  readonly pictures: Answers<ScreenshotKey, ScreenshotPicture>
  readonly renderings: Renderings<ScreenshotKey>
  readonly heatmaps: Answers<SavedKey, PostHogHeatmap>
  readonly lists: Answers<ListKey, HeatmapList>
}

/** A picture is drawn anew now and then. */
export const screenshotSeconds = 60

export function posthogAnswers(
  client: PostHogClient,
  { limits, perHour }: Pick<PostHogSettings, 'limits' | 'perHour'>,
  keeping: Keeping | undefined,
  pictureKeeping: Keeping | undefined,
): PostHogAnswers {
  const milliseconds = limits.keepSeconds * 1000
  const turns = openPictureTurns('posthog')
  const renderings: Renderings<ScreenshotKey> = new Renderings({
    nameOf: screenshotName,
    look: (key, signal) => screenshots.ask(key, Caller.alone('posthog', signal)),
    perHour,
  })
  const screenshots = new Answers<ScreenshotKey, Screenshot>(
    {
      ...askedOf(async ({ scope, uuid, width }, flight) => client.screenshot(scope, uuid, width, flight)),
      keepFor: (_key, { state }) => (state === 'READY' ? milliseconds : 0),
      unpack: asItIs((kept): kept is Screenshot => kept instanceof Object && 'state' in kept),
    },
    keeping,
  )
  const pictures = new Answers<ScreenshotKey, ScreenshotPicture>(
    {
      ...askedOf(async ({ scope, uuid, width }, flight) => {
        using _turn = turns.take()
        return await client.picture(scope, uuid, width, flight)
      }),
      keepFor: (_key, { state }) => (state === 'READY' ? screenshotSeconds * 1000 : 0),
      unpack: asItIs((kept): kept is ScreenshotPicture => isPicture(kept) && 'state' in kept),
    },
    pictureKeeping,
  )
  /** A look at a picture, which is not made again before its time. */
  function askedOf<Seen extends Screenshot>(look: (key: ScreenshotKey, flight: Flight) => Promise<Seen>) {
    return {
      nameOf: screenshotName,
      callsOf: (keys: readonly ScreenshotKey[]) =>
        keys.map(key => {
          const plan = { route: 'GET /heatmap_screenshots/:id/content', ...key }
          return callOf<ScreenshotKey, Seen | RenderingScreenshot>(
            key,
            plan,
            async flight => renderings.known(key) ?? renderings.saw(key, await look(key, flight)),
          )
        }),
    }
  }
  return {
    screenshots,
    pictures,
    renderings,
    heatmaps: new Answers(
      {
        nameOf: ({ scope, id }) => nameOf('posthog heatmap', scope.kind, scope.id, id),
        callsOf: keys =>
          keys.map(key => {
            const plan = { route: 'GET /saved/:short_id', ...key }
            return callOf(key, plan, flight => client.heatmap(key.scope, key.id, flight))
          }),
        keepFor: () => milliseconds,
        unpack: asItIs((kept): kept is PostHogHeatmap => kept instanceof Object && 'id' in kept),
      },
      keeping,
    ),
    lists: new Answers(
      {
        nameOf: ({ scope, limit, offset }) => nameOf('posthog list', scope.kind, scope.id, limit, offset),
        callsOf: keys =>
          keys.map(key => {
            const { scope, ...page } = key
            return callOf(key, { route: 'GET /saved', ...key }, flight =>
              client.heatmaps(scope, page, flight),
            )
          }),
        keepFor: () => milliseconds,
        unpack: asItIs((kept): kept is HeatmapList => kept instanceof Object && 'results' in kept),
      },
      keeping,
    ),
  }
}

function screenshotName({ scope, uuid, width }: ScreenshotKey): string {
  return nameOf('posthog screenshot', scope.kind, scope.id, uuid, width)
}
