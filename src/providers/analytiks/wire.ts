import { z } from 'zod'
import { identifier, optional, sometimes, unused } from '../../upstream/http/wire-values.ts'
import { type BucketMap, type BucketReader, isBucketMap } from './decode/bucket-reader.ts'
import {
  type Buckets,
  type LocationTraffic,
  locationMetrics,
  type MetricBuckets,
  pointOfInterestMetrics,
  type TrafficMetric,
  type TrafficSpan,
  type TrafficStep,
} from './records.ts'

/**
 * A map from date to count, or the placeholder of a map that was read already. `BucketReader` checks the members: a schema
 * for each of them costs more than the parsing.
 */
const bucketMap = z.custom<BucketMap | string | null>(isMapOrText, 'no map of counts').optional()

const pointOfInterestRow = z.object({
  id: z.string(),
  visits: bucketMap,
  dwellTime: bucketMap,
  peakVisits: bucketMap,
})

const locationRow = z.object({
  locationId: z.int().nonnegative(),
  referenceNumber: sometimes(identifier),
  visits: bucketMap,
  dwellTime: bucketMap,
  groupVisits: bucketMap,
  bounces: bucketMap,
  allVisits: bucketMap,
  peakOccupancy: bucketMap,
  walkBys: bucketMap,
  pointOfInterest: optional(z.array(pointOfInterestRow)),
})

/** Finishes a parsed response by reading its maps; throws UnreadableMap. */
export type Unread<Result> = (reader: BucketReader) => Result

const rows = z.array(locationRow).transform(
  (rows): Unread<readonly LocationTraffic[]> =>
    reader =>
      rows.map(row => readRow(row, reader)),
)

/** POST /json/v1: every requested location or an error. */
export const wholeResponse = rows

/** POST /json/v2: `failures` is empty if every location is allowed; its contents in reference mode are not documented. */
export const partialResponse = z
  .object({
    successes: rows,
    // Some JSON writers print an object without members as a list.
    failures: optional(
      z.union([
        z.object({ description: unused, locations: sometimes(z.array(z.union([z.int(), z.string()]))) }),
        z.tuple([]).transform(() => ({ locations: null })),
      ]),
    ),
  })
  .transform(({ successes, failures }) => {
    const refused = (failures?.locations ?? []).map(String)
    return (reader: BucketReader) => ({ successes: successes(reader), refused })
  })

/** POST /json/v3: the cursor is null on the last page. */
export const pageResponse = z
  .object({ cursor: optional(z.string()), data: rows })
  .transform(({ cursor, data }) => (reader: BucketReader) => ({ cursor, data: data(reader) }))

/** The vendor's sample suggests that the end is inclusive; it is not documented. */
export function spanBody(span: TrafficSpan, interval: TrafficStep) {
  const { start, end } = printSpan(span)
  return { startDate: start, endDate: end, interval }
}

/** The range as sent to the vendor: with a `Z` if its times are instants. */
export function printSpan({ form, start, end }: TrafficSpan) {
  const print = (time: number) => new Date(time).toISOString().slice(0, form === 'utc' ? undefined : -1)
  return { start: print(start), end: print(end) }
}

function readRow(
  { locationId, referenceNumber, pointOfInterest, ...maps }: z.output<typeof locationRow>,
  reader: BucketReader,
): LocationTraffic {
  return {
    locationId,
    referenceNumber,
    buckets: readMaps(locationMetrics, maps, reader),
    pointsOfInterest: (pointOfInterest ?? []).map(({ id, ...maps }) => ({
      id,
      buckets: readMaps(pointOfInterestMetrics, maps, reader),
    })),
  }
}

function readMaps<Metric extends TrafficMetric>(
  metrics: readonly Metric[],
  maps: { readonly [Name in Metric]?: BucketMap | string | null | undefined },
  reader: BucketReader,
): MetricBuckets {
  const buckets: { [Metric in TrafficMetric]?: Buckets | null } = {}
  for (const metric of metrics) {
    const map = maps[metric]
    buckets[metric] = map == null ? null : reader.read(map)
  }
  return buckets
}

function isMapOrText(map: unknown): boolean {
  return map === null || typeof map === 'string' || isBucketMap(map)
}
