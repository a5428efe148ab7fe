import type { TrafficColumns } from '../src/providers/analytiks/series.ts'
import { builder } from './builder.ts'
import { sizedByBuckets } from './costs.ts'
import { type PlaceSpan, TrafficSpan } from './traffic-span.ts'

/** The counts of each bucket of one range. */
interface RateCounts {
  readonly walkBys: TrafficColumns
  readonly allVisits: TrafficColumns
  readonly bounces: TrafficColumns
  readonly range: PlaceSpan
}

export const RateColumns = builder.objectRef<RateCounts>('RateColumns')
RateColumns.implement({
  requiresScopes: [['traffic:read']],
  description:
    'Rates of a location, one for each bucket, without gaps: the n-th belongs to the bucket that starts at the n-th of `starts`.',
  fields: t => ({
    range: t.expose('range', {
      type: TrafficSpan,
      nullable: false,
      description: 'The requested range at this place, by its own calendar.',
    }),
    starts: t.field({
      type: ['DateTime'],
      extensions: sizedByBuckets,
      nullable: false,
      description: 'The start of each bucket, as `TrafficColumns.starts` has it.',
      resolve: ({ allVisits }) => allVisits.starts(),
    }),
    localStarts: t.field({
      type: ['LocalDateTime'],
      extensions: sizedByBuckets,
      description:
        "The start of each bucket by the place's own clock, one for each of `starts`. Null if the place has no time zone.",
      resolve: ({ allVisits }) => allVisits.localStarts(),
    }),
    captureRate: t.field({
      type: ['Float'],
      extensions: sizedByBuckets,
      nullable: { list: false, items: true },
      description:
        'The capture rate of each bucket: ALL_VISITS ÷ WALK_BYS, without a unit. Above 1 if more came in than were seen outside. Null if either was not reported or nobody walked past.',
      resolve: ({ allVisits, walkBys }) => ratesOf(allVisits, walkBys),
    }),
    bounceRate: t.field({
      type: ['Float'],
      extensions: sizedByBuckets,
      nullable: { list: false, items: true },
      description:
        'The bounce rate of each bucket: BOUNCES ÷ ALL_VISITS, without a unit. Null if either was not reported or nobody came in.',
      resolve: ({ bounces, allVisits }) => ratesOf(bounces, allVisits),
    }),
  }),
})

/** The part divided by the whole; null if one is missing or the whole is 0. */
export function rateOf(part: number | null | undefined, whole: number | null | undefined): number | null {
  return part == null || !whole ? null : part / whole
}

function ratesOf(parts: TrafficColumns, wholes: TrafficColumns): (number | null)[] {
  return parts.values.map((part, place) => rateOf(part, wholes.values[place]))
}
