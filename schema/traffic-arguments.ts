import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import type { Context } from '../src/context.ts'
import type { TrafficMetric } from '../src/providers/analytiks/records.ts'
import type { PlaceReport } from '../src/providers/analytiks/series.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { builder } from './builder.ts'
import { type FieldSize, sized } from './costs.ts'
import {
  checkMetrics,
  type IntervalInput,
  isRolledUp,
  TrafficInterval,
  TrafficMetricType,
} from './traffic-metric.ts'
import { checkRange, longestRange, TrafficRange, type TrafficRangeInput, toSpan } from './traffic-range.ts'
import type { Series } from './traffic-series.ts'

export const rangeArgument = builder.args(t => ({
  range: t.field({
    type: TrafficRange,
    required: true,
    description:
      'The range, such as `{ utc: … }`, `{ local: … }`, `{ last: "P7D" }` or `{ period: LAST_MONTH }`: at most ten years, within the years 1 to 9998. Half-open: a bucket that starts at its end is not in it. The future is neither asked nor reported; the running bucket holds what was counted so far.',
  }),
}))

/** In seconds. Ranges that are not over are requested again after a minute anyway. */
const leastAge = 60

/** The argument of every field that reads traffic. */
export const ageArgument = builder.args(t => ({
  maxAge: t.int({
    description: `The greatest age of cached traffic in seconds, at least ${leastAge}: older traffic is requested again, at its usual cost. Use it to get late corrections of the vendor. By default past traffic is cached for \`ANALYTIKS_KEEP_SECONDS\`. While Analytiks is down, older traffic is used anyway, and \`extensions.freshness\` says so.`,
  }),
}))

/** The arguments of every field with traffic by the bucket. */
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

/** The parsed values of those arguments. */
export interface TrafficArguments {
  readonly range: TrafficRangeInput
  readonly interval?: IntervalInput
  readonly metrics?: readonly TrafficMetric[] | null | undefined
  readonly maxAge?: number | null | undefined
}

/** Extensions of a field with traffic: the number of series below it, and of their buckets. */
export function sizedTraffic(defaultMetrics: number, more: FieldSize<TrafficArguments> = {}) {
  return sized<TrafficArguments>({
    below: args => ({ buckets: bucketsOf(args), series: args.metrics?.length ?? defaultMetrics }),
    ...more,
  })
}

/** In milliseconds; for months the shortest one. */
const bucketLengths = {
  '15min': 900_000,
  hourly: 3_600_000,
  daily: 86_400_000,
  weekly: 604_800_000,
  monthly: 2_419_200_000,
}

/** The most buckets that a range touches. */
function bucketsOf({ range, interval }: TrafficArguments): number {
  return Math.ceil(longestRange(range) / bucketLengths[interval ?? 'hourly']) + 1
}

/** Refuses arguments that are invalid in every time zone. */
export function checkTraffic({ range, interval, metrics, maxAge }: TrafficArguments, context: Context): void {
  checkRange(range)
  if (maxAge != null && maxAge < leastAge)
    throw new BadInput(`maxAge is at least ${leastAge} seconds, not ${maxAge}.`)
  checkMetrics(metrics, interval, context)
}

/** The question for a location, without its metrics; hourly by default. */
export function questionOf(
  { range, interval, maxAge }: TrafficArguments,
  { timeZone }: Pick<LocationRecord, 'timeZone'>,
  { days }: Pick<Context, 'days'>,
) {
  const span = toSpan(range, timeZone, days)
  if (isRolledUp(interval) && timeZone === null && span.form === 'utc') {
    throw new BadInput(
      'Days, weeks and months of a range in UTC need a time zone: give the location one in the catalog, or ask a local range.',
    )
  }
  return { span, interval: interval ?? 'hourly', timeZone, maximumAge: maximumAgeOf({ maxAge }) }
}

/** In milliseconds. */
export function maximumAgeOf({ maxAge }: Pick<TrafficArguments, 'maxAge'>): number | undefined {
  return maxAge == null ? undefined : maxAge * 1000
}

/** One series for each requested metric. */
export function seriesOf(
  place: PlaceReport,
  metrics: readonly TrafficMetric[],
  common: Pick<Series, 'interval' | 'isNamed' | 'rangeOf'>,
  pointOfInterestId: string | null = null,
): Series[] {
  return metrics
    .filter((metric, index) => metrics.indexOf(metric) === index)
    .map(metric => ({ ...common, series: place.series(metric), pointOfInterestId }))
}
