import { nameOf } from '../../upstream/source/batch-groups.ts'
import { callPerKey, type Endpoint } from '../../upstream/source/endpoint.ts'
import type { HeatPage, PostHogClient, PostHogScope } from './client.ts'
import { lastDayOf, touchToday } from './heat-days.ts'
import type { HeatQuestion } from './records.ts'

export interface HeatKey {
  readonly scope: PostHogScope
  readonly question: HeatQuestion
}

/** The points of a heat from the `offset`-th on. */
export interface HeatPageKey extends HeatKey {
  readonly offset: number
}

/** How long the vendor lets its own page cache days that still change (`max-age`), in milliseconds. */
const runningMilliseconds = 30_000
/** Past days get little late data. */
const pastMilliseconds = 3_600_000

/** `milliseconds` is the TTL of the vendor's other records; if they are not cached, neither is heat. */
export function heatEndpoint(
  client: Pick<PostHogClient, 'heat'>,
  milliseconds: number,
): Endpoint<HeatPageKey, HeatPage> {
  return callPerKey<HeatPageKey, HeatPage>({
    nameOf: ({ scope, question, offset }) => nameOf(heatName({ scope, question }), offset),
    plan: ({ scope, question, offset }) => ({ route: 'GET /heatmaps', scope, ...question, offset }),
    call: ({ scope, question, offset }, callContext) =>
      client.heat(scope, question, { lastDay: lastDayOf(question.days, Date.now()), offset }, callContext),
    ttlOf: ({ question }, _page, at) => {
      if (milliseconds === 0) return 0
      return touchToday(question.days, at)
        ? Math.min(runningMilliseconds, milliseconds)
        : Math.max(pastMilliseconds, milliseconds)
    },
    isValue: (cached): cached is HeatPage =>
      typeof cached === 'object' && cached !== null && ('points' in cached || 'buckets' in cached),
  })
}

/** Equal for equal questions. */
export function heatName({ scope, question }: HeatKey): string {
  const { page, type, days, viewport, aggregation } = question
  return nameOf(
    ...['posthog heat', scope.kind, scope.id, page, type, days.from, days.to],
    ...[viewport.min, viewport.max, aggregation],
  )
}
