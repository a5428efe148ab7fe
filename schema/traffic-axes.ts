import type { Context } from '../src/context.ts'
import type { TrafficColumns } from '../src/providers/analytiks/series.ts'
import { checked } from './argument-checks.ts'
import { LocationTrafficConnection } from './brand.ts'
import { builder } from './builder.ts'
import { sizedByBuckets } from './costs.ts'
import { LocationConnection } from './location.ts'
import {
  checkTraffic,
  questionOf,
  sizedTraffic,
  type TrafficArguments,
  trafficArguments,
} from './traffic-arguments.ts'
import { isRolledUp } from './traffic-metric.ts'
import { isRelative } from './traffic-range.ts'
import { type PlaceSpan, TrafficSpan } from './traffic-span.ts'

interface Axis {
  readonly timeZone: string | null
  readonly columns: TrafficColumns
  readonly range: PlaceSpan
}

const TrafficAxis = builder.objectRef<Axis>('TrafficAxis')
TrafficAxis.implement({
  requiresScopes: [['traffic:read']],
  description:
    "The starts of the buckets of a range, which all places in one time zone share. They are those of `TrafficColumns.starts`, so that a fleet's response need not repeat them for each place.",
  fields: t => ({
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description: 'The time zone of the places; null for those without one in the catalog.',
    }),
    range: t.expose('range', {
      type: TrafficSpan,
      nullable: false,
      description: 'The requested range at these places, by their own calendar.',
    }),
    starts: t.field({
      type: ['DateTime'],
      extensions: sizedByBuckets,
      nullable: false,
      description:
        "The start of each bucket. If the first is not the `start` of a place's columns, its hours start at a half or a quarter of an hour of UTC: read that place's own `starts`.",
      resolve: ({ columns }) => columns.starts(),
    }),
    localStarts: t.field({
      type: ['LocalDateTime'],
      extensions: sizedByBuckets,
      description:
        'The start of each bucket by the clock of the places, one for each of `starts`. Null without a time zone.',
      resolve: ({ columns }) => columns.localStarts(),
    }),
  }),
})

/** The assumed number of time zones on a page. */
const assumedAxes = 24

const axes = {
  listSize: { assumedSize: assumedAxes },
  description:
    "The starts of the buckets once for each time zone of the page's places, in the order of their first place. Costs no upstream call. Days, weeks and months of a range in UTC, and buckets of a local range or one by the calendar, have no axis for places without a time zone.",
  args: trafficArguments,
  extensions: { ...checked(checkTraffic), ...sizedTraffic(0) },
}

builder.objectField(LocationConnection, 'axes', t =>
  t.field({
    type: [TrafficAxis],
    ...axes,
    async resolve({ edges }, args, context) {
      const rows = await Array.fromAsync((await edges) ?? [])
      const timeZones = rows.map(({ node }) => node.timeZone)
      return axesOf(timeZones, args, context)
    },
  }),
)

builder.objectField(LocationTrafficConnection, 'axes', t =>
  t.field({
    type: [TrafficAxis],
    ...axes,
    async resolve({ edges }, args, context) {
      const rows = await Array.fromAsync((await edges) ?? [])
      const timeZones = rows.map(({ node }) => node.location.timeZone)
      return axesOf(timeZones, args, context)
    },
  }),
)

function axesOf(
  timeZones: readonly (string | null)[],
  args: TrafficArguments,
  context: Context,
): readonly Axis[] {
  return [...new Set(timeZones)].flatMap(timeZone => {
    if (timeZone === null && (args.range.local || isRelative(args.range) || isRolledUp(args.interval)))
      return []
    const question = questionOf(args, { timeZone }, context)
    const columns = context.loaders.analytiks.axis(question)
    return columns ? [{ timeZone, columns, range: question }] : []
  })
}
