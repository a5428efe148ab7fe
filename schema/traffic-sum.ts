import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import { locationMetrics } from '../src/providers/analytiks/records.ts'
import type { SumFailure, SummedTraffic } from '../src/providers/analytiks/series.ts'
import { builder } from './builder.ts'
import { assumedBuckets, sized, sizedByBuckets } from './costs.ts'
import { Location } from './location.ts'
import { TrafficMetricType, TrafficUnit, unitOf } from './traffic-metric.ts'
import { TrafficTotal, totalOf, withheldSums } from './traffic-total.ts'

export interface Gap {
  readonly location: LocationRecord
  readonly failure: SumFailure
}

const TrafficGap = builder.objectRef<Gap>('TrafficGap')
TrafficGap.implement({
  requiresScopes: [['traffic:read']],
  description: 'A location that is missing in a sum, and why.',
  fields: t => ({
    location: t.expose('location', { type: Location, nullable: false, description: 'The location.' }),
    code: t.string({
      nullable: false,
      description: 'The code that its own `traffic` would have as an error, such as `UPSTREAM_FORBIDDEN`.',
      resolve: ({ failure }) => failure.code,
    }),
    message: t.string({
      nullable: false,
      description: 'What happened, in a sentence.',
      resolve: ({ failure }) => failure.message,
    }),
    retryable: t.boolean({
      nullable: false,
      description: 'Whether the same request may succeed later.',
      resolve: ({ failure }) => failure.retryable,
    }),
  }),
})

interface SumSeries {
  readonly metric: SummedTraffic['metrics'][number]
}

const TrafficSumSeries = builder.objectRef<SumSeries>('TrafficSumSeries')
TrafficSumSeries.implement({
  requiresScopes: [['traffic:read']],
  description: 'One metric of several locations by the bucket.',
  fields: t => ({
    metric: t.field({
      type: TrafficMetricType,
      nullable: false,
      description: 'The metric.',
      resolve: ({ metric }) => metric.metric,
    }),
    unit: t.field({
      type: TrafficUnit,
      nullable: false,
      description: 'The unit of the values.',
      resolve: ({ metric }) => unitOf(metric.metric),
    }),
    values: t.field({
      type: ['SafeInt'],
      extensions: sizedByBuckets,
      nullable: { list: false, items: true },
      description: 'One for each bucket; null where no location reported it, and where `withheld` says why.',
      resolve: ({ metric }) => metric.values,
    }),
    withheld: t.string({
      description: 'Why there are no sums of this metric, as `TrafficTotal.withheld`.',
      resolve: ({ metric: { aggregation } }) => (aggregation === 'sum' ? null : withheldSums[aggregation]),
    }),
  }),
})

export interface Sum {
  readonly listed: number
  readonly unknown: number
  readonly lacking: readonly Gap[]
  readonly isWhole: boolean
  readonly isCompared: boolean
  readonly isByInstant: boolean
  readonly summed: SummedTraffic
}

const TrafficSumColumns = builder.objectRef<Sum>('TrafficSumColumns')
TrafficSumColumns.implement({
  requiresScopes: [['traffic:read']],
  description: 'Sums by the bucket, without gaps: the n-th value belongs to the n-th start.',
  fields: t => ({
    starts: t.field({
      type: ['DateTime'],
      extensions: sizedByBuckets,
      description:
        'The start of each bucket: of hours and quarter-hours of a UTC range. Null for others, whose instants differ between time zones.',
      resolve: ({ summed, isByInstant }) => (isByInstant ? summed.labels : null),
    }),
    localStarts: t.field({
      type: ['LocalDateTime'],
      extensions: sizedByBuckets,
      description:
        'The start of each bucket by the clock of each location, so that a day is the sum of local days, also where some have no midnight. An hour that a clock repeats is one bucket. Null where `starts` is not.',
      resolve: ({ summed, isByInstant }) => (isByInstant ? null : summed.labels),
    }),
    series: t.field({
      type: [TrafficSumSeries],
      nullable: false,
      listSize: { assumedSize: locationMetrics.length },
      extensions: sized({ size: (_args, { series = locationMetrics.length }) => series }),
      description: 'One for each metric asked.',
      resolve: ({ summed }) => summed.metrics.map(metric => ({ metric })),
    }),
  }),
})

/** A place's buckets are read and added one by one, however few sums there are. */
const bucketsPerCost = 1000

export const TrafficSum = builder.objectRef<Sum>('TrafficSum')
TrafficSum.implement({
  requiresScopes: [['traffic:read']],
  description:
    "The traffic of several locations together, each by its own calendar. It lists the locations that are missing; if all fail, it is an error. The connection's `axes` show the range at each place.",
  fields: t => ({
    locations: t.exposeInt('listed', {
      nullable: false,
      description: 'How many locations the page lists: `counted`, `unknown` and `lacking` together.',
    }),
    counted: t.int({
      nullable: false,
      description: 'How many locations are in the sum, also if they reported nothing.',
      resolve: ({ listed, unknown, lacking }) => listed - unknown - lacking.length,
    }),
    unknown: t.exposeInt('unknown', {
      nullable: false,
      description: 'How many locations Analytiks does not know, by the catalog.',
    }),
    lacking: t.field({
      type: [TrafficGap],
      nullable: false,
      listSize: { assumedSize: 10 },
      description:
        'The locations whose traffic of either range could not be loaded: they are in neither total. In the order of the list.',
      resolve: ({ lacking }) => lacking,
    }),
    isWhole: t.exposeBoolean('isWhole', {
      nullable: false,
      description:
        'Whether nothing is missing: no location is lacking, and no other page of the list has more locations.',
    }),
    totals: t.field({
      type: [TrafficTotal],
      nullable: false,
      listSize: { assumedSize: locationMetrics.length },
      extensions: sized({ size: (_args, { series = locationMetrics.length }) => series }),
      description: 'One for each metric asked.',
      resolve: ({ summed, isCompared }) => summed.metrics.map(metric => totalOf(metric, isCompared)),
    }),
    columns: t.field({
      type: TrafficSumColumns,
      nullable: false,
      cost: 1,
      extensions: sized({
        times: (_args, { rows = 20, series = locationMetrics.length, buckets = assumedBuckets }) =>
          Math.max(1, (rows * series * buckets) / bucketsPerCost),
      }),
      description:
        'The sums by the bucket of `interval`. Costs 1 for every thousand buckets of the locations that are added up.',
      resolve: sum => sum,
    }),
  }),
})
