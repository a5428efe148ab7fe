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
  description: 'The unit of a traffic value.',
  values: {
    PEOPLE: { description: 'People.' },
    GROUPS: { description: 'Groups of people.' },
    MILLISECONDS: { description: 'Milliseconds.' },
  } as const,
})

export const TrafficInterval = builder.enumType('TrafficInterval', {
  description:
    "The length of one bucket of a traffic series. Days, weeks and months follow the place's own calendar, so a day may have 23 or 25 hours. They hold what was counted within the range, so the first and the last may be partial. For a place without a time zone they need a local range. If the place's UTC offset is not a whole hour, as in India, they are made of quarter-hours, which Analytiks enables per account: if it returns hours instead, and counted people in an hour that two days share, they are an error.",
  values: {
    QUARTER_HOUR: {
      value: '15min',
      description:
        '15 minutes. Analytiks enables it per account, and may return hours to other accounts. If a location and its zones report four buckets or more in the range and all start on the hour, they count as hours: each of their series is an error `UPSTREAM_INVALID_RESPONSE`.',
    },
    HOURLY: {
      value: 'hourly',
      description:
        "One hour that starts in the range: an hour of UTC if the time zone is known. If the place's UTC offset is not a whole hour, it starts at a half or a quarter by the local clock.",
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
        "How long people stayed, in milliseconds. Analytiks does not document whether a bucket holds a sum or a mean. So totals, days, weeks and months need the operator's setting `ANALYTIKS_DWELL_TIME`. Needs a camera that is calibrated for it.",
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

/** The unit of a metric's values. */
export function unitOf(metric: TrafficMetric): 'PEOPLE' | 'GROUPS' | 'MILLISECONDS' {
  if (metric === 'dwellTime') return 'MILLISECONDS'
  return metric === 'groupVisits' ? 'GROUPS' : 'PEOPLE'
}

export type IntervalInput = typeof TrafficInterval.$inferInput | null | undefined

/** The default metrics of a location or a point of interest: all that the interval can show. */
export function metricsOf(
  kind: 'location' | 'pointOfInterest',
  interval: IntervalInput,
  { dwellTime }: Pick<Context, 'dwellTime'>,
): readonly TrafficMetric[] {
  const metrics = kind === 'location' ? locationMetrics : pointOfInterestMetrics
  return isRolledUp(interval) && !dwellTime ? metrics.filter(metric => metric !== 'dwellTime') : metrics
}

/** Refuses DWELL_TIME by the day, week or month unless the operator has set what a bucket holds. */
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
