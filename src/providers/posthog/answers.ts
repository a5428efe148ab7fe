import { Answers } from '../../upstream/answers.ts'
import { nameOf } from '../../upstream/groups.ts'
import type { Keeping } from '../../upstream/keeping.ts'
import { callOf } from '../../upstream/topic.ts'
import type { PostHogClient, PostHogScope, PostHogSettings, Screenshot } from './client.ts'
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
  readonly heatmaps: Answers<SavedKey, PostHogHeatmap>
  readonly lists: Answers<ListKey, HeatmapList>
}

export function posthogAnswers(
  client: PostHogClient,
  { limits }: Pick<PostHogSettings, 'limits'>,
  keeping: Keeping | undefined,
): PostHogAnswers {
  const milliseconds = limits.keepSeconds * 1000
  return {
    screenshots: new Answers(
      {
        nameOf: ({ scope, uuid, width }) => nameOf('posthog screenshot', scope.kind, scope.id, uuid, width),
        callsOf: keys =>
          keys.map(key => {
            const { scope, uuid, width } = key
            const plan = { route: 'GET /heatmap_screenshots/:id/content', ...key }
            return callOf(key, plan, flight => client.screenshot(scope, uuid, width, flight))
          }),
        keepFor: (_key, { state }) => (state === 'READY' ? milliseconds : 0),
        isAnswer: (kept): kept is Screenshot => kept instanceof Object && 'state' in kept,
      },
      keeping,
    ),
    heatmaps: new Answers(
      {
        nameOf: ({ scope, id }) => nameOf('posthog heatmap', scope.kind, scope.id, id),
        callsOf: keys =>
          keys.map(key => {
            const plan = { route: 'GET /saved/:short_id', ...key }
            return callOf(key, plan, flight => client.heatmap(key.scope, key.id, flight))
          }),
        keepFor: () => milliseconds,
        isAnswer: (kept): kept is PostHogHeatmap => kept instanceof Object && 'id' in kept,
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
        isAnswer: (kept): kept is HeatmapList => kept instanceof Object && 'results' in kept,
      },
      keeping,
    ),
  }
}
