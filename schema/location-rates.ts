import type { Location as LocationRecord } from '../src/catalog.ts'
import type { Context } from '../src/context.ts'
import type { TrafficMetric } from '../src/providers/analytiks/wire.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost } from './costs.ts'
import { Location } from './location.ts'
import { identityOf } from './location-traffic.ts'
import type { TrafficRangeInput } from './time-range.ts'
import { checkTraffic, questionOf, rangeArgument } from './traffic-arguments.ts'

builder.objectFields(Location, t => ({
  captureRate: t.float({
    cost: callCost,
    description:
      'Which part of the people who walked past came in: ALL_VISITS by WALK_BYS, from Analytiks. Above 1 where more came in than were seen outside. Null where either was not reported or nobody walked past, and for a location that Analytiks does not know. Costs nothing beside hourly `traffic` of the same range; where the clock is off UTC by part of an hour and the range does not lie on whole hours of UTC, beside QUARTER_HOUR.',
    args: rangeArgument,
    extensions: checked(checkTraffic),
    resolve: (location, { range }, context) => rateOf(location, range, ['allVisits', 'walkBys'], context),
  }),
  bounceRate: t.float({
    cost: callCost,
    description:
      'Which part of the people who came in left within a few seconds: BOUNCES by ALL_VISITS, from Analytiks. Null where either was not reported or nobody came in, and for a location that Analytiks does not know. Costs nothing beside hourly `traffic` of the same range; where the clock is off UTC by part of an hour and the range does not lie on whole hours of UTC, beside QUARTER_HOUR.',
    args: rangeArgument,
    extensions: checked(checkTraffic),
    resolve: (location, { range }, context) => rateOf(location, range, ['bounces', 'allVisits'], context),
  }),
}))

/** How often one metric goes into another over the whole range. */
async function rateOf(
  location: LocationRecord,
  range: TrafficRangeInput,
  metrics: readonly [part: TrafficMetric, whole: TrafficMetric],
  { loaders }: Context,
): Promise<number | null> {
  const identity = identityOf(location)
  if (!identity) return null
  const question = {
    ...questionOf({ range }, location),
    interval: 'whole',
    metrics,
    withZones: false,
  } as const
  const report = await loaders.analytiks.traffic.load({ ...question, identity, onRefusal: 'PARTIAL' })
  const [part, whole] = metrics.map(metric => report.series(metric).total())
  return part == null || !whole ? null : part / whole
}
