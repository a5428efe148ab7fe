import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import type { Context } from '../src/context.ts'
import type { TrafficMetric } from '../src/providers/analytiks/records.ts'
import type { PlaceReport } from '../src/providers/analytiks/series.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'
import { type FieldSize, sized } from './costs.ts'
import { TrafficRange, type TrafficRangeInput, toSpan } from './time-range.ts'
import {
  checkMetrics,
  type IntervalInput,
  isRolledUp,
  TrafficInterval,
  TrafficMetricType,
} from './traffic-metric.ts'
import type { Series } from './traffic-series.ts'

export const rangeArgument = builder.args(t => ({
  range: t.field({
    type: TrafficRange,
    required: true,
    description:
      'The range, as `{ utc: … }` or `{ local: … }`: at most ten years, within the years 1 to 9998. Half-open: a bucket that starts at its end is not in it. The future is neither asked nor reported; the running bucket holds what was counted so far.',
  }),
}))

/** The arguments of whatever asks for traffic. */
export const trafficArguments = {
  ...rangeArgument,
  ...builder.args(t => ({
    interval: t.field({
      type: TrafficInterval,
      defaultValue: 'hourly',
      description: 'The length of one bucket.',
    }),
  })),
}

export const metricsArgument = builder.args(t => ({
  metrics: t.field({
    type: [TrafficMetricType],
    description:
      'Defaults to every metric of the place. DAILY and longer leave out DWELL_TIME unless `ANALYTIKS_DWELL_TIME` is set. Costs no call: Analytiks sends all metrics.',
  }),
}))

/** What such arguments hold by then. */
export interface TrafficArguments {
  readonly range: TrafficRangeInput
  readonly interval?: IntervalInput
  readonly metrics?: readonly TrafficMetric[] | null | undefined
}

/** Extensions of a field that asks for traffic: how many series there are below, and of how many buckets. */
export function sizedTraffic(defaultMetrics: number, more: FieldSize<TrafficArguments> = {}) {
  return sized<TrafficArguments>({
    below: args => ({ buckets: bucketsOf(args), series: args.metrics?.length ?? defaultMetrics }),
    ...more,
  })
}

/** In milliseconds; of months the shortest. */
const bucketLengths = {
  '15min': 900_000,
  hourly: 3_600_000,
  daily: 86_400_000,
  weekly: 604_800_000,
  monthly: 2_419_200_000,
}

/** How many buckets a range touches at most. */
function bucketsOf({ range, interval }: TrafficArguments): number {
  const { start, end } = toSpan(range, null)
  return Math.ceil((end - start) / bucketLengths[interval ?? 'hourly']) + 1
}

/** Refuses what no time zone could make answerable. */
export function checkTraffic({ range, interval, metrics }: TrafficArguments, context: Context): void {
  toSpan(range, null)
  checkMetrics(metrics, interval, context)
}

/** What a location is asked, but for its metrics; hourly unless said otherwise. */
export function questionOf({ range, interval }: TrafficArguments, { timeZone }: LocationRecord) {
  const span = toSpan(range, timeZone)
  if (isRolledUp(interval) && timeZone === null && span.form === 'utc') {
    throw new BadInput(
      'Days, weeks and months of a range in UTC need a time zone: give the location one in the catalog, or ask a local range.',
    )
  }
  return { span, interval: interval ?? 'hourly', timeZone }
}

/** The series of the metrics asked, each once. */
export function seriesOf(
  place: PlaceReport,
  metrics: readonly TrafficMetric[],
  common: Pick<Series, 'interval' | 'isNamed'>,
  pointOfInterestId: string | null = null,
): Series[] {
  return metrics
    .filter((metric, index) => metrics.indexOf(metric) === index)
    .map(metric => ({ ...common, series: place.series(metric), pointOfInterestId }))
}
