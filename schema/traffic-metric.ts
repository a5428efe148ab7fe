import {
  locationMetrics,
  pointOfInterestMetrics,
  type TrafficMetric,
} from '../src/providers/analytiks/wire.ts'
import { builder } from './builder.ts'

export const TrafficUnit = builder.enumType('TrafficUnit', {
  description: 'What a traffic value counts.',
  values: {
    PEOPLE: { description: 'People.' },
    GROUPS: { description: 'Groups of people.' },
    MILLISECONDS: { description: 'Milliseconds.' },
  } as const,
})

export const TrafficInterval = builder.enumType('TrafficInterval', {
  description: 'How long one bucket of a traffic series is.',
  values: {
    QUARTER_HOUR: { value: '15min', description: '15 minutes. Analytiks enables it per account.' },
    HOURLY: { value: 'hourly', description: 'One hour.' },
  } as const,
})

export const TrafficMetricType = builder.enumType('TrafficMetric', {
  description: 'What Analytiks counts by camera, per bucket of time.',
  values: {
    VISITS: {
      value: 'visits',
      description:
        'People who entered the location (bounces excluded), or who stayed long enough at a point of interest.',
    },
    DWELL_TIME: {
      value: 'dwellTime',
      description:
        'How long people stayed, in milliseconds. Whether a bucket holds a sum or a mean is not documented. Only where a camera is calibrated for it.',
    },
    GROUP_VISITS: {
      value: 'groupVisits',
      description: 'Groups of people who entered within a few seconds of each other. Locations only.',
    },
    BOUNCES: {
      value: 'bounces',
      description: 'People who entered but left within a few seconds. Locations only.',
    },
    ALL_VISITS: {
      value: 'allVisits',
      description: 'Everyone who entered: visits and bounces. Locations only.',
    },
    PEAK_OCCUPANCY: {
      value: 'peakOccupancy',
      description: 'The most visitors inside at one time. A maximum, so it does not add up. Locations only.',
    },
    WALK_BYS: { value: 'walkBys', description: 'People who walked past. Locations only.' },
    PEAK_VISITS: {
      value: 'peakVisits',
      description:
        'The most visitors at a point of interest at one time. A maximum, so it does not add up. Points of interest only.',
    },
  } as const,
})

/** All metrics of a location, or of a point of interest: what is answered when none are named. */
export const metricsOf = { location: locationMetrics, pointOfInterest: pointOfInterestMetrics } as const

/** How a metric reads over time. */
export const lawOf: Readonly<
  Record<TrafficMetric, { unit: 'PEOPLE' | 'GROUPS' | 'MILLISECONDS'; over: 'sum' | 'maximum' | 'unknown' }>
> = {
  visits: { unit: 'PEOPLE', over: 'sum' },
  dwellTime: { unit: 'MILLISECONDS', over: 'unknown' },
  groupVisits: { unit: 'GROUPS', over: 'sum' },
  bounces: { unit: 'PEOPLE', over: 'sum' },
  allVisits: { unit: 'PEOPLE', over: 'sum' },
  peakOccupancy: { unit: 'PEOPLE', over: 'maximum' },
  walkBys: { unit: 'PEOPLE', over: 'sum' },
  peakVisits: { unit: 'PEOPLE', over: 'maximum' },
}
