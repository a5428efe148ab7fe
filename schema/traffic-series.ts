import type {
  MetricBuckets,
  TrafficBucket,
  TrafficMetric,
  TrafficSpan,
  TrafficStep,
} from '../src/providers/analytiks/wire.ts'
import { instantOf, localTimeOf } from './bucket-time.ts'
import { builder } from './builder.ts'
import { columnsOf, TrafficColumns } from './traffic-columns.ts'
import { lawOf, TrafficInterval, TrafficMetricType, TrafficUnit } from './traffic-metric.ts'

/** What was asked, and of a place in which time zone: the same for all series of an answer. */
export interface TrafficQuestion {
  readonly span: TrafficSpan
  readonly step: TrafficStep
  readonly timeZone: string | null
}

/** One metric of one place. */
export interface Series extends TrafficQuestion {
  readonly metric: TrafficMetric
  /** Null where the place sent no map for the metric. */
  readonly buckets: readonly TrafficBucket[] | null
  readonly pointOfInterestId: string | null
}

/** The series of the metrics asked, cut to the range: ends look inclusive at Analytiks, and ours are not. */
export function seriesOf(
  question: TrafficQuestion,
  buckets: MetricBuckets,
  metrics: readonly TrafficMetric[],
  pointOfInterestId: string | null = null,
): Series[] {
  return [...new Set(metrics)].map(metric => ({
    ...question,
    metric,
    buckets: buckets[metric]?.filter(bucket => isIn(question, bucket)) ?? null,
    pointOfInterestId,
  }))
}

/** Where a key is in another form than was asked, it is compared by the zone; without one, what upstream sent is kept. */
function isIn({ span, timeZone }: TrafficQuestion, bucket: TrafficBucket): boolean {
  const time = span.form === 'utc' ? instantOf(bucket, timeZone) : localTimeOf(bucket, timeZone)
  return time === null || (time >= span.start && time < span.end)
}

/** A reported bucket with what its times mean. */
interface Point extends TrafficBucket {
  readonly timeZone: string | null
}

const TrafficPoint = builder.objectRef<Point>('TrafficPoint')
TrafficPoint.implement({
  description: 'One bucket that Analytiks reported.',
  fields: t => ({
    at: t.field({
      type: 'DateTime',
      description:
        'The start of the bucket. Null when it is known by the local clock alone: a local range of a place without a time zone.',
      resolve: point => {
        const instant = instantOf(point, point.timeZone)
        return instant === null ? null : new Date(instant)
      },
    }),
    localAt: t.field({
      type: 'LocalDateTime',
      description:
        'The start of the bucket by the clock of the place. Null when it is known in UTC and the place has no time zone.',
      resolve: point => {
        const local = localTimeOf(point, point.timeZone)
        return local === null ? null : new Date(local).toISOString().slice(0, 19)
      },
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
    metric: t.expose('metric', { type: TrafficMetricType, nullable: false, description: 'What is counted.' }),
    unit: t.field({
      type: TrafficUnit,
      nullable: false,
      description: 'What the values count.',
      resolve: ({ metric }) => lawOf[metric].unit,
    }),
    interval: t.expose('step', {
      type: TrafficInterval,
      nullable: false,
      description: 'How long a bucket is, as asked.',
    }),
    reported: t.boolean({
      nullable: false,
      description:
        'Whether the place sent anything for this metric. False for an uncalibrated camera, a closed range, and a metric that a place of this kind does not have.',
      resolve: ({ buckets }) => buckets !== null,
    }),
    pointOfInterest: t.exposeID('pointOfInterestId', {
      description: 'The id of the point of interest that it is about; null for the whole location.',
    }),
    points: t.field({
      type: [TrafficPoint],
      nullable: false,
      description: 'The buckets that were reported, in order. A bucket that was not is absent, never 0.',
      resolve: ({ buckets, timeZone }) => buckets?.map(bucket => ({ ...bucket, timeZone })) ?? [],
    }),
    columns: t.field({
      type: TrafficColumns,
      description:
        'All buckets of the range as one list of values, null where nothing was reported: the compact form for charts. Null as a whole for a local range of a place without a time zone, whose instants are not known.',
      resolve: series => columnsOf(series),
    }),
    total: t.field({
      type: 'SafeInt',
      description:
        'Counts added up; of a peak, the highest. Null when nothing was reported, and for DWELL_TIME, of which it is not documented what a bucket holds.',
      resolve: ({ metric, buckets }) => totalOf(metric, buckets ?? []),
    }),
    peak: t.field({
      type: TrafficPoint,
      description: 'The bucket with the highest value, the first of several. Null when nothing was reported.',
      resolve: ({ buckets, timeZone }) => {
        const highest = buckets?.reduce<TrafficBucket | undefined>(
          (best, bucket) => (best && best.value >= bucket.value ? best : bucket),
          undefined,
        )
        return highest ? { ...highest, timeZone } : null
      },
    }),
  }),
})

function totalOf(metric: TrafficMetric, buckets: readonly TrafficBucket[]): number | null {
  const { over } = lawOf[metric]
  if (buckets.length === 0 || over === 'unknown') return null
  const values = buckets.map(({ value }) => value)
  return over === 'sum'
    ? values.reduce((sum, value) => sum + value, 0)
    : values.reduce((one, other) => Math.max(one, other))
}
