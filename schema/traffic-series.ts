import type {
  TrafficPoint as PointRecord,
  TrafficSeries as SeriesRecord,
} from '../src/providers/analytiks/series.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'
import { assumedBuckets, sizedByBuckets } from './costs.ts'
import { TrafficColumns } from './traffic-columns.ts'
import {
  type IntervalInput,
  TrafficInterval,
  TrafficMetricType,
  TrafficUnit,
  unitOf,
  unknownDwellTime,
} from './traffic-metric.ts'
import { type PlaceSpan, TrafficSpan } from './traffic-span.ts'

/** One metric of one place. */
export interface Series {
  readonly series: SeriesRecord
  readonly interval: NonNullable<IntervalInput>
  readonly pointOfInterestId: string | null
  /** Whether the client named the metric. */
  readonly isNamed: boolean
  readonly rangeOf: () => PlaceSpan
}

const TrafficPoint = builder.objectRef<PointRecord>('TrafficPoint')
TrafficPoint.implement({
  description: 'One bucket that Analytiks reported, or one day, week or month of them.',
  fields: t => ({
    at: t.expose('at', {
      type: 'DateTime',
      description:
        'The start of the bucket; for a day, week or month its first instant, which may lie before the range. Null for a local range of a place without a time zone, where only local times are known.',
    }),
    localAt: t.expose('localAt', {
      type: 'LocalDateTime',
      description:
        "The start of the bucket by the place's own clock. Null for a UTC range of a place without a time zone.",
    }),
    value: t.expose('value', {
      type: 'SafeInt',
      nullable: false,
      description: "The value, in the series' unit.",
    }),
  }),
})

export const TrafficSeries = builder.objectRef<Series>('TrafficSeries')
TrafficSeries.implement({
  requiresScopes: [['traffic:read']],
  description: 'One metric of one place over a range, as Analytiks counted it.',
  fields: t => ({
    metric: t.field({
      type: TrafficMetricType,
      nullable: false,
      description: 'The metric.',
      resolve: ({ series }) => series.metric,
    }),
    unit: t.field({
      type: TrafficUnit,
      nullable: false,
      description: 'The unit of the values.',
      resolve: ({ series }) => unitOf(series.metric),
    }),
    interval: t.expose('interval', {
      type: TrafficInterval,
      nullable: false,
      description: 'The length of a bucket, as asked.',
    }),
    range: t.field({
      type: TrafficSpan,
      nullable: false,
      description: 'The requested range at this place, by its own calendar.',
      resolve: ({ rangeOf }) => rangeOf(),
    }),
    reported: t.boolean({
      nullable: false,
      description:
        'Whether the place reported a bucket of this metric in the range, also one of 0. False for an uncalibrated camera, while the place is closed, and for a metric that this kind of place does not have.',
      resolve: ({ series }) => series.reported,
    }),
    pointOfInterest: t.exposeID('pointOfInterestId', {
      description: 'The id of the point of interest; null for the whole location.',
    }),
    points: t.field({
      type: [TrafficPoint],
      nullable: false,
      listSize: { assumedSize: assumedBuckets },
      extensions: sizedByBuckets,
      description: 'The reported buckets, in order of time. A bucket without a report is absent, never 0.',
      resolve: ({ series }) => series.points(),
    }),
    columns: t.field({
      type: TrafficColumns,
      description:
        'All buckets of the range as lists, for charts; a bucket without a report is null. Null as a whole for a local range of a place without a time zone, whose instants are not known.',
      resolve: ({ series }) => series.columns(),
    }),
    total: t.field({
      type: 'SafeInt',
      description:
        "The sum of counts, or the maximum of peaks. Null if nothing was reported. DWELL_TIME needs the operator's setting `ANALYTIKS_DWELL_TIME`: its total is the sum, or the mean weighted by visits. Without the setting it is null, and `BAD_USER_INPUT` if DWELL_TIME was asked by name.",
      resolve: ({ series, isNamed }, _args, { dwellTime }) => {
        if (isNamed && series.metric === 'dwellTime' && !dwellTime) {
          throw new BadInput(`DWELL_TIME has no total: ${unknownDwellTime}`)
        }
        return series.total()
      },
    }),
    peak: t.field({
      type: TrafficPoint,
      description:
        'The bucket with the highest value; the first one if several have it. Null if nothing was reported.',
      resolve: ({ series }) => series.peak(),
    }),
  }),
})
