import type { Location as LocationRecord } from '../src/catalog.ts'
import type { LocationIdentity } from '../src/providers/analytiks/loaders.ts'
import type { TrafficStep } from '../src/providers/analytiks/wire.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { Location } from './location.ts'
import { PointOfInterest } from './point-of-interest.ts'
import { TrafficRange, type TrafficRangeInput, toSpan } from './time-range.ts'
import { metricsOf, TrafficInterval, TrafficMetricType } from './traffic-metric.ts'
import { seriesOf, type TrafficQuestion, TrafficSeries } from './traffic-series.ts'

const OnRefusal = builder.enumType('OnRefusal', {
  description: 'What happens when Analytiks refuses one of several locations that are asked together.',
  values: {
    PARTIAL: { description: 'It is an error on that location alone.' },
    FAIL: { description: 'All or nothing: it is an error on every location that is asked with it.' },
  } as const,
})

/** The arguments of whatever asks for traffic. */
export const trafficArguments = builder.args(t => ({
  range: t.field({
    type: TrafficRange,
    required: true,
    description:
      'When, as `{ utc: … }` or `{ local: … }`: at most five days. Half-open, so a bucket that starts at its end is not in it.',
  }),
  interval: t.field({
    type: TrafficInterval,
    defaultValue: 'hourly',
    description: 'How long one bucket is.',
  }),
}))

export const metricsArgument = builder.args(t => ({
  metrics: t.field({
    type: [TrafficMetricType],
    description:
      'Which metrics; all that the place has when left out. Costs nothing: Analytiks sends them all.',
  }),
}))

const refusalArgument = builder.args(t => ({
  onRefusal: t.field({
    type: OnRefusal,
    defaultValue: 'PARTIAL',
    description: 'What happens when Analytiks refuses one of the locations asked.',
  }),
}))

/** Refuses a range that no time zone could make answerable. */
export function checkRange(range: TrafficRangeInput): void {
  toSpan(range, null)
}

const checkedRange = checked<{ readonly range: TrafficRangeInput }>(({ range }) => checkRange(range))

builder.objectFields(Location, t => ({
  traffic: t.field({
    type: [TrafficSeries],
    description:
      'How many people came, by camera: one series a metric, from Analytiks. Locations with the same range and interval, up to 50, cost one call. Null for a location that Analytiks does not know.',
    args: {
      ...trafficArguments,
      ...metricsArgument,
      ...refusalArgument,
    },
    extensions: checkedRange,
    resolve: async (location, { range, interval, metrics, onRefusal }, { loaders }) => {
      const identity = identityOf(location)
      if (!identity) return null
      const question = questionOf(range, interval, location.timeZone)
      const { buckets } = await loaders.analytiks.traffic.load({
        identity,
        ...question,
        onRefusal: onRefusal ?? 'PARTIAL',
      })
      return seriesOf(question, buckets, metrics ?? metricsOf.location)
    },
  }),
  pointsOfInterest: t.field({
    type: [PointOfInterest],
    description:
      'The zones that Analytiks counts inside the location. Costs nothing beside `traffic` of the same range, interval and `onRefusal`. Null for a location that Analytiks does not know.',
    args: { ...trafficArguments, ...refusalArgument },
    extensions: checkedRange,
    resolve: async (location, { range, interval, onRefusal }, { loaders }) => {
      const identity = identityOf(location)
      if (!identity) return null
      const question = questionOf(range, interval, location.timeZone)
      const { pointsOfInterest } = await loaders.analytiks.traffic.load({
        identity,
        ...question,
        onRefusal: onRefusal ?? 'PARTIAL',
      })
      return pointsOfInterest.map(pointOfInterest => ({ ...pointOfInterest, question }))
    },
  }),
}))

/** What a place of this time zone is asked; hourly unless said otherwise. */
export function questionOf(
  range: TrafficRangeInput,
  interval: TrafficStep | null | undefined,
  timeZone: string | null,
): TrafficQuestion {
  return { span: toSpan(range, timeZone), step: interval ?? 'hourly', timeZone }
}

function identityOf({ analytiksId, brandId, referenceNumber }: LocationRecord): LocationIdentity | null {
  if (analytiksId !== null) return { locationId: analytiksId }
  return brandId !== null && referenceNumber !== null ? { brandId, referenceNumber } : null
}
