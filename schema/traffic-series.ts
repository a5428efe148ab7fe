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

/** One metric of one place. */
export interface Series {
  readonly series: SeriesRecord
  readonly interval: NonNullable<IntervalInput>
  readonly pointOfInterestId: string | null
  /** Whether the metric was asked by name. */
  readonly isNamed: boolean
}

const TrafficPoint = builder.objectRef<PointRecord>('TrafficPoint')
TrafficPoint.implement({
  description: 'One bucket that Analytiks reported, or one day, week or month of them.',
  fields: t => ({
    at: t.expose('at', {
      type: 'DateTime',
      description:
        'The start of the bucket; of a day, week or month its first instant, which may lie before the range. Null when it is known by the local clock alone: a local range of a place without a time zone.',
    }),
    localAt: t.expose('localAt', {
      type: 'LocalDateTime',
      description:
        'The start of the bucket by the clock of the place. Null when it is known in UTC and the place has no time zone.',
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
  description: 'One metric of one place over a range, as Analytiks counted it.',
  fields: t => ({
    metric: t.field({
      type: TrafficMetricType,
      nullable: false,
      description: 'What is counted.',
      resolve: ({ series }) => series.metric,
    }),
    unit: t.field({
      type: TrafficUnit,
      nullable: false,
      description: 'What the values count.',
      resolve: ({ series }) => unitOf(series.metric),
    }),
    interval: t.expose('interval', {
      type: TrafficInterval,
      nullable: false,
      description: 'How long a bucket is, as asked.',
    }),
    reported: t.boolean({
      nullable: false,
      description:
        'Whether the place sent a bucket of this metric that is in the range, of 0 or more. False for an uncalibrated camera, a closed range, and a metric that a place of this kind does not have.',
      resolve: ({ series }) => series.reported,
    }),
    pointOfInterest: t.exposeID('pointOfInterestId', {
      description: 'The id of the point of interest that it is about; null for the whole location.',
    }),
    points: t.field({
      type: [TrafficPoint],
      nullable: false,
      listSize: { assumedSize: assumedBuckets },
      extensions: sizedByBuckets,
      description: 'The buckets that were reported, in order. A bucket that was not is absent, never 0.',
      resolve: ({ series }) => series.points(),
    }),
    columns: t.field({
      type: TrafficColumns,
      description:
        'All buckets of the range as one list of values, null where nothing was reported: the compact form for charts. Null as a whole for a local range of a place without a time zone, whose instants are not known.',
      resolve: ({ series }) => series.columns(),
    }),
    total: t.field({
      type: 'SafeInt',
      description:
        'Counts added up; of a peak, the highest. Null when nothing was reported. DWELL_TIME has one where the operator has said what a bucket holds (`ANALYTIKS_DWELL_TIME`): the sum, or the mean, in which buckets weigh as much as their visits. Else it is null, and bad input where DWELL_TIME was asked by name.',
      resolve: ({ series, isNamed }, _args, { dwellTime }) => {
        if (isNamed && series.metric === 'dwellTime' && !dwellTime) {
          throw new BadInput(`DWELL_TIME has no total: ${unknownDwellTime}`)
        }
        return series.total()
      },
    }),
    peak: t.field({
      type: TrafficPoint,
      description: 'The bucket with the highest value, the first of several. Null when nothing was reported.',
      resolve: ({ series }) => series.peak(),
    }),
  }),
})
