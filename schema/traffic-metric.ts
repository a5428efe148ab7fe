import type { Context } from '../src/context.ts'
import {
  locationMetrics,
  pointOfInterestMetrics,
  type TrafficMetric,
} from '../src/providers/analytiks/records.ts'
import type { TrafficInterval as Interval } from '../src/providers/analytiks/traffic-question.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
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
  description:
    'How long one bucket of a traffic series is. Days, weeks and months are those of the calendar of the place, so that a day may have 23 or 25 hours; they hold what was counted within the range, so that the first and the last may be partial. For a place without a time zone they need a local range. Where the clock is off UTC by part of an hour, as in India, they are made of quarter-hours, which Analytiks enables per account: where it tells hours in their place, and counted people in an hour that is half in one day and half in the next, they are an error.',
  values: {
    QUARTER_HOUR: {
      value: '15min',
      description:
        '15 minutes. Analytiks enables it per account, and may tell other accounts hours in their place. Where a location and its zones reported four buckets or more in the range, and all of them start on the hour, they are taken for hours: an error `UPSTREAM_INVALID_RESPONSE` on each of their series.',
    },
    HOURLY: {
      value: 'hourly',
      description:
        'One hour, of UTC where the time zone is known, in a range that holds its start: where the clock is off UTC by part of an hour, one that starts at half past or a quarter.',
    },
    DAILY: { value: 'daily', description: 'One day, from midnight to midnight.' },
    WEEKLY: { value: 'weekly', description: 'One week, from Monday to Sunday.' },
    MONTHLY: { value: 'monthly', description: 'One month of the calendar.' },
  } as const satisfies Record<string, { value: Interval; description: string }>,
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
        'How long people stayed, in milliseconds. Whether a bucket holds a sum or a mean is not documented, so it is added up, or told by the day, week or month, only where the operator has said it (`ANALYTIKS_DWELL_TIME`). Only where a camera is calibrated for it.',
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

/** What the values of a metric count. */
export function unitOf(metric: TrafficMetric): 'PEOPLE' | 'GROUPS' | 'MILLISECONDS' {
  if (metric === 'dwellTime') return 'MILLISECONDS'
  return metric === 'groupVisits' ? 'GROUPS' : 'PEOPLE'
}

export type IntervalInput = typeof TrafficInterval.$inferInput | null | undefined

/** All metrics of a location, or of a point of interest, that can be told by the interval: what is answered when none are named. */
export function metricsOf(
  kind: 'location' | 'pointOfInterest',
  interval: IntervalInput,
  { dwellTime }: Pick<Context, 'dwellTime'>,
): readonly TrafficMetric[] {
  const metrics = kind === 'location' ? locationMetrics : pointOfInterestMetrics
  return isRolledUp(interval) && !dwellTime ? metrics.filter(metric => metric !== 'dwellTime') : metrics
}

/** Refuses dwell times by the day, week or month while nobody has said what a bucket of them holds. */
export function checkMetrics(
  metrics: readonly TrafficMetric[] | null | undefined,
  interval: IntervalInput,
  { dwellTime }: Pick<Context, 'dwellTime'>,
): void {
  if (!isRolledUp(interval) || dwellTime || !metrics?.includes('dwellTime')) return
  throw new BadInput(`DWELL_TIME cannot be told by the day, week or month: ${unknownDwellTime}`)
}

export const unknownDwellTime =
  'Analytiks does not say whether a bucket holds the sum of its visits or their mean. Whoever runs this graph can say so: ANALYTIKS_DWELL_TIME=sum or mean.'

/** Whether buckets are days, weeks or months. */
export function isRolledUp(interval: IntervalInput): boolean {
  return interval === 'daily' || interval === 'weekly' || interval === 'monthly'
}
