import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import type { Context } from '../src/context.ts'
import { locationMetrics } from '../src/providers/analytiks/records.ts'
import { asError } from '../src/upstream/error.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost } from './costs.ts'
import { Location, LocationConnection } from './location.ts'
import { identityOf } from './location-traffic.ts'
import { selectsBelow } from './selection.ts'
import {
  ageArgument,
  checkTraffic,
  metricsArgument,
  questionOf,
  rangeArgument,
  sizedTraffic,
  type TrafficArguments,
  trafficArguments,
} from './traffic-arguments.ts'
import { isRolledUp, metricsOf } from './traffic-metric.ts'
import { checkRange, TrafficRange, type TrafficRangeInput } from './traffic-range.ts'
import { type Gap, type Sum, TrafficSum } from './traffic-sum.ts'
import { TrafficTotal, totalOfPlace } from './traffic-total.ts'

const againstArgument = builder.args(t => ({
  against: t.field({
    type: TrafficRange,
    description:
      'The range that totals are compared with, such as `{ before: { last: "P7D" } }`. Costs the calls of that range. Not compared by default.',
  }),
}))

interface SumArguments extends TrafficArguments {
  readonly against?: TrafficRangeInput | null | undefined
}

/** Unlike a single place, a sum names the metrics that it does not have. */
function checkCompared({ against, metrics: _metrics, ...args }: SumArguments, context: Context): void {
  checkTraffic(args, context)
  if (against) checkRange(against)
}

builder.objectField(LocationConnection, 'traffic', t =>
  t.field({
    type: TrafficSum,
    requiresScopes: [['traffic:read']],
    cost: callCost,
    description:
      "The traffic of this page's locations together, from Analytiks; for all of them, set `first` to the size of the fleet. Counts are summed; what does not add up is null and says why. Costs the calls of `trafficTotals` of these locations, and for `columns` those of their `traffic`, and shares them.",
    args: { ...trafficArguments, ...againstArgument, ...metricsArgument, ...ageArgument },
    extensions: {
      ...checked<SumArguments>(checkCompared),
      ...sizedTraffic(locationMetrics.length, {
        times: ({ against }: SumArguments, { rows = 20 }) => rows * (against ? 2 : 1),
      }),
    },
    resolve: async ({ edges, totalCount }, args, context, info) => {
      const rows = await Array.fromAsync((await edges) ?? [])
      const locations = rows.map(({ node }) => node)
      const hasBuckets = selectsBelow(info, 'columns')
      const isAll = locations.length === totalCount
      return sumOf(locations, isAll, { ...args, hasBuckets }, context)
    },
  }),
)

/** Asks for all places at once, and drops each place's reports once they are added. */
async function sumOf(
  locations: readonly LocationRecord[],
  isAll: boolean,
  { hasBuckets, against, metrics, ...args }: SumArguments & { readonly hasBuckets: boolean },
  context: Context,
): Promise<Sum> {
  const isByDay = isRolledUp(args.interval)
  const isByInstant = isUtc(args.range) && !isByDay
  const asked = [...new Set(metrics ?? metricsOf('location', 'hourly', context))]
  const sum = context.loaders.analytiks.fleetSum(asked, isByDay ? 'day' : isByInstant ? 'instant' : 'clock')
  let unknown = 0
  const add = async (location: LocationRecord): Promise<undefined> => {
    const identity = identityOf(location)
    if (!identity) {
      unknown++
      return
    }
    const keyOf = (range: TrafficRangeInput, interval = args.interval) => {
      const question = questionOf({ ...args, range, interval }, location, context)
      return {
        ...question,
        metrics: asked,
        withPointsOfInterest: false,
        identity,
        onRefusal: 'PARTIAL',
      } as const
    }
    const { traffic } = context.loaders.analytiks
    const key = keyOf(args.range, hasBuckets ? args.interval : 'hourly')
    const earlier = against ? keyOf(against, 'hourly') : undefined
    const buckets = hasBuckets ? traffic.load(key) : undefined
    const [report, before, bucketed] = await Promise.all([
      buckets && canAddUp(key) ? buckets : traffic.load({ ...key, interval: 'whole' }),
      earlier && traffic.load({ ...earlier, interval: 'whole' }),
      buckets,
    ])
    const { timeZone, span } = key
    const axisName = `${timeZone} ${span.form} ${span.start} ${span.end}`
    sum.add({ report, against: before, buckets: bucketed, axisName })
  }
  const ended = await Promise.all(
    locations.map(location => add(location).catch((error: unknown) => ({ location, error: asError(error) }))),
  )
  const failures = ended.filter(one => one !== undefined)
  const lacking = failures.map(({ location, error }): Gap => ({ location, failure: sum.failureOf(error) }))
  const [first] = failures
  if (first && failures.length + unknown === locations.length) throw first.error
  for (const { error } of failures) context.logFailure(error)
  return {
    listed: locations.length,
    unknown,
    lacking,
    isWhole: lacking.length === 0 && isAll,
    isCompared: against != null,
    isByInstant,
    summed: sum.result(),
  }
}

/** Whether the buckets add up to the range. If not, some lie across its ends, and totals are requested separately. */
function canAddUp({ span, interval }: ReturnType<typeof questionOf>): boolean {
  return isRolledUp(interval) || (span.start % hour === 0 && span.end % hour === 0)
}

const hour = 3_600_000

/** Whether all places have the same instants. */
function isUtc({ utc, before }: TrafficRangeInput): boolean {
  return utc != null || before?.utc != null
}

builder.objectField(Location, 'trafficTotals', t =>
  t.field({
    type: [TrafficTotal],
    requiresScopes: [['traffic:read']],
    cost: callCost,
    listSize: { assumedSize: locationMetrics.length },
    description:
      "The location's totals over a whole range, and over the one that it is compared with, from Analytiks. Costs nothing beside hourly `traffic` of the same ranges; beside QUARTER_HOUR if the place's UTC offset is not a whole hour and a range does not lie on whole hours of UTC. Null for a location that Analytiks does not know.",
    args: { ...rangeArgument, ...againstArgument, ...metricsArgument, ...ageArgument },
    extensions: {
      ...checked<SumArguments>(checkCompared),
      ...sizedTraffic(locationMetrics.length, {
        size: ({ metrics }) => metrics?.length ?? locationMetrics.length,
        times: ({ against }: SumArguments) => (against ? 2 : 1),
      }),
    },
    resolve: async (location, { against, ...args }, context) => {
      const identity = identityOf(location)
      if (!identity) return null
      const metrics = [...new Set(args.metrics ?? metricsOf('location', 'hourly', context))]
      const { traffic } = context.loaders.analytiks
      const keyOf = (range: TrafficRangeInput) => {
        const question = questionOf({ ...args, range }, location, context)
        const rest = {
          interval: 'whole',
          metrics,
          withPointsOfInterest: false,
          identity,
          onRefusal: 'PARTIAL',
        } as const
        return { ...question, ...rest }
      }
      // Both before any call: either range may be invalid at this place.
      const [key, earlier] = [keyOf(args.range), against ? keyOf(against) : undefined]
      const [report, other] = await Promise.all([traffic.load(key), earlier && traffic.load(earlier)])
      return metrics.map(metric => totalOfPlace(report.series(metric), other?.series(metric), context))
    },
  }),
)
