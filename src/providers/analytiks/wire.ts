import { z } from 'zod'
import { optional } from '../../upstream/wire-values.ts'

/** Metrics that the vendor counts for a whole location. */
export const locationMetrics = [
  'visits',
  'dwellTime',
  'groupVisits',
  'bounces',
  'allVisits',
  'peakOccupancy',
  'walkBys',
] as const
/** Metrics that it counts for a point of interest. */
export const pointOfInterestMetrics = ['visits', 'dwellTime', 'peakVisits'] as const

export type TrafficMetric = (typeof locationMetrics)[number] | (typeof pointOfInterestMetrics)[number]
export type TrafficStep = 'hourly' | '15min'

/**
 * One reported bucket. `time` is the start of the bucket in milliseconds since 1970: of the instant where `zoned`,
 * else of the local clock read as if it were UTC.
 */
export interface TrafficBucket {
  readonly time: number
  readonly zoned: boolean
  readonly value: number
}

/** Metric to buckets in order of time; a metric that sent no map is absent, which is not the same as an empty one. */
export type MetricBuckets = { readonly [Metric in TrafficMetric]?: readonly TrafficBucket[] | null }

/** Date to count. A `Z` on the key says UTC and its absence local time, whatever was asked: the vendor's page contradicts itself. */
const bucketMap = optional(
  z.record(z.string(), z.int().nonnegative()).transform((map, context) => {
    const buckets: TrafficBucket[] = []
    for (const [key, value] of Object.entries(map)) {
      const zoned = /(Z|[+-]\d\d:\d\d)$/.test(key)
      const time = Date.parse(zoned ? key : `${key}Z`)
      if (Number.isNaN(time)) context.addIssue({ code: 'custom', message: 'a key is no date' })
      buckets.push({ time, zoned, value })
    }
    return buckets.sort((one, other) => one.time - other.time)
  }),
)

const pointOfInterest = z
  .object({ id: z.string(), visits: bucketMap, dwellTime: bucketMap, peakVisits: bucketMap })
  .transform(({ id, ...buckets }) => ({ id, buckets }))

const locationTraffic = z
  .object({
    locationId: z.int(),
    referenceNumber: optional(z.coerce.string()),
    visits: bucketMap,
    dwellTime: bucketMap,
    groupVisits: bucketMap,
    bounces: bucketMap,
    allVisits: bucketMap,
    peakOccupancy: bucketMap,
    walkBys: bucketMap,
    pointOfInterest: optional(z.array(pointOfInterest)),
  })
  .transform(({ locationId, referenceNumber, pointOfInterest, ...buckets }) => ({
    locationId,
    referenceNumber,
    buckets,
    pointsOfInterest: pointOfInterest ?? [],
  }))

export type PointOfInterestTraffic = z.output<typeof pointOfInterest>
export type LocationTraffic = z.output<typeof locationTraffic>

/** POST /json/v1: everything or nothing. */
export const wholeAnswer = z.array(locationTraffic)

/** POST /json/v2: `failures` is empty when every location is allowed; in reference mode what it lists is not documented. */
export const partialAnswer = z
  .object({
    successes: z.array(locationTraffic),
    failures: optional(z.object({ locations: optional(z.array(z.union([z.int(), z.string()]))) })),
  })
  .transform(({ successes, failures }) => ({ successes, refused: (failures?.locations ?? []).map(String) }))

/** POST /json/v3: a null cursor ends the walk. */
export const pageAnswer = z.object({ cursor: optional(z.string()), data: z.array(locationTraffic) })

/** A range as the vendor wants it: both ends in one form. Ends look inclusive in its sample (inferred). */
export interface TrafficSpan {
  /** `utc`: milliseconds since 1970 are an instant; `local`: of each location's own clock, read as if it were UTC. */
  readonly form: 'utc' | 'local'
  readonly start: number
  readonly end: number
}

export function spanBody({ form, start, end }: TrafficSpan, interval: TrafficStep) {
  const print = (time: number) => new Date(time).toISOString().slice(0, form === 'utc' ? undefined : -1)
  return { startDate: print(start), endDate: print(end), interval }
}
