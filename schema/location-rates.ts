import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import type { Context } from '../src/context.ts'
import type { TrafficMetric } from '../src/providers/analytiks/records.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost } from './costs.ts'
import { Location } from './location.ts'
import { identityOf } from './location-traffic.ts'
import { RateColumns, rateOf } from './rate-columns.ts'
import {
  ageArgument,
  checkTraffic,
  questionOf,
  rangeArgument,
  sizedTraffic,
  type TrafficArguments,
  trafficArguments,
} from './traffic-arguments.ts'

const rateMetrics = ['walkBys', 'allVisits', 'bounces'] as const satisfies readonly TrafficMetric[]

builder.objectFields(Location, t => ({
  captureRate: t.float({
    requiresScopes: [['traffic:read']],
    cost: callCost,
    description:
      "The share of the people who walked past that came in: ALL_VISITS ÷ WALK_BYS, from Analytiks. Above 1 if more came in than were seen outside. Null if either was not reported or nobody walked past, and for a location that Analytiks does not know. Costs nothing beside hourly `traffic` of the same range; beside QUARTER_HOUR if the place's UTC offset is not a whole hour and the range does not lie on whole hours of UTC.",
    args: { ...rangeArgument, ...ageArgument },
    extensions: checked(checkTraffic),
    resolve: (location, args, context) => wholeRate(location, args, ['allVisits', 'walkBys'], context),
  }),
  bounceRate: t.float({
    requiresScopes: [['traffic:read']],
    cost: callCost,
    description:
      "The share of the people who came in that left within a few seconds: BOUNCES ÷ ALL_VISITS, from Analytiks. Null if either was not reported or nobody came in, and for a location that Analytiks does not know. Costs nothing beside hourly `traffic` of the same range; beside QUARTER_HOUR if the place's UTC offset is not a whole hour and the range does not lie on whole hours of UTC.",
    args: { ...rangeArgument, ...ageArgument },
    extensions: checked(checkTraffic),
    resolve: (location, args, context) => wholeRate(location, args, ['bounces', 'allVisits'], context),
  }),
  rates: t.field({
    type: RateColumns,
    cost: callCost,
    description:
      '`captureRate` and `bounceRate` of each bucket of the range. Costs nothing beside `traffic` of the same range and interval. Null for a local range of a place without a time zone, and for a location that Analytiks does not know.',
    args: { ...trafficArguments, ...ageArgument },
    extensions: { ...checked(checkTraffic), ...sizedTraffic(rateMetrics.length) },
    resolve: async (location, args, context) => {
      const identity = identityOf(location)
      if (!identity) return null
      const asked = questionOf(args, location, context)
      const question = { ...asked, metrics: rateMetrics, withPointsOfInterest: false }
      const report = await context.loaders.analytiks.traffic.load({
        ...question,
        identity,
        onRefusal: 'PARTIAL',
      })
      const [walkBys, allVisits, bounces] = rateMetrics.map(metric => report.series(metric).columns())
      if (!walkBys || !allVisits || !bounces) return null
      return { walkBys, allVisits, bounces, range: asked }
    },
  }),
}))

/** One metric divided by another over the whole range. */
async function wholeRate(
  location: LocationRecord,
  args: Pick<TrafficArguments, 'range' | 'maxAge'>,
  metrics: readonly [part: TrafficMetric, whole: TrafficMetric],
  context: Context,
): Promise<number | null> {
  const identity = identityOf(location)
  if (!identity) return null
  const question = {
    ...questionOf(args, location, context),
    interval: 'whole',
    metrics,
    withPointsOfInterest: false,
  } as const
  const report = await context.loaders.analytiks.traffic.load({ ...question, identity, onRefusal: 'PARTIAL' })
  const [part, whole] = metrics.map(metric => report.series(metric).total())
  return rateOf(part, whole)
}
