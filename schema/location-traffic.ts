import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import { locationMetrics, pointOfInterestMetrics } from '../src/providers/analytiks/records.ts'
import type { TrafficKey } from '../src/providers/analytiks/traffic-question.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost } from './costs.ts'
import { Location } from './location.ts'
import { assumedPointsOfInterest, PointOfInterest } from './point-of-interest.ts'
import {
  ageArgument,
  checkTraffic,
  metricsArgument,
  questionOf,
  seriesOf,
  sizedTraffic,
  trafficArguments,
} from './traffic-arguments.ts'
import { metricsOf } from './traffic-metric.ts'
import { TrafficSeries } from './traffic-series.ts'

const OnRefusal = builder.enumType('OnRefusal', {
  description: 'What happens if Analytiks refuses one of several locations in a call.',
  values: {
    PARTIAL: { description: 'Only that location is an error.' },
    FAIL: { description: 'All or nothing: every location of the call is an error.' },
  } as const,
})

const refusalArgument = builder.args(t => ({
  onRefusal: t.field({
    type: OnRefusal,
    defaultValue: 'PARTIAL',
    description: 'What happens if Analytiks refuses one of the locations.',
  }),
}))

builder.objectFields(Location, t => ({
  traffic: t.field({
    type: [TrafficSeries],
    cost: callCost,
    listSize: { assumedSize: locationMetrics.length },
    description:
      "People counted by camera, from Analytiks: one series for each metric. Costs one call for every 50 locations and 5 days with the same range. Hours, days, weeks and months share these calls. Quarter-hours need calls of their own, which days, weeks and months share if the place's UTC offset is not a whole hour. Null for a location that Analytiks does not know.",
    args: { ...trafficArguments, ...metricsArgument, ...refusalArgument, ...ageArgument },
    extensions: {
      ...checked(checkTraffic),
      ...sizedTraffic(locationMetrics.length, {
        size: ({ metrics }) => metrics?.length ?? locationMetrics.length,
      }),
    },
    resolve: (location, args, context) => {
      const identity = identityOf(location)
      if (!identity) return null
      const question = questionOf(args, location, context)
      const { interval } = question
      const metrics = args.metrics ?? metricsOf('location', args.interval, context)
      const onRefusal = args.onRefusal ?? 'PARTIAL'
      const key = { ...question, metrics, withPointsOfInterest: false, identity, onRefusal }
      const common = { interval, isNamed: args.metrics != null, rangeOf: () => question }
      // Not `async`: a fleet holds one pending promise for each location.
      return context.loaders.analytiks.traffic.load(key).then(report => seriesOf(report, metrics, common))
    },
  }),
  pointsOfInterest: t.field({
    type: [PointOfInterest],
    cost: callCost,
    listSize: { assumedSize: assumedPointsOfInterest },
    description:
      'The zones that Analytiks counts inside the location, if they have a bucket in the range, ordered by their first bucket, then by id. Costs nothing beside `traffic` of the same range, interval and `onRefusal`. Null for a location that Analytiks does not know.',
    args: { ...trafficArguments, ...refusalArgument, ...ageArgument },
    extensions: { ...checked(checkTraffic), ...sizedTraffic(pointOfInterestMetrics.length) },
    resolve: async (location, { onRefusal, ...args }, context) => {
      const identity = identityOf(location)
      if (!identity) return null
      const question = questionOf(args, location, context)
      const { pointsOfInterest } = await context.loaders.analytiks.traffic.load({
        ...question,
        metrics: [],
        withPointsOfInterest: true,
        identity,
        onRefusal: onRefusal ?? 'PARTIAL',
      })
      return pointsOfInterest.map(report => ({
        report,
        interval: question.interval,
        rangeOf: () => question,
      }))
    },
  }),
}))

/** The location's identity at Analytiks; null without one. */
export function identityOf({
  analytiksId,
  brandId,
  referenceNumber,
}: LocationRecord): TrafficKey['identity'] | null {
  if (analytiksId !== null) return { locationId: analytiksId }
  return brandId !== null && referenceNumber !== null ? { brandId, referenceNumber } : null
}
