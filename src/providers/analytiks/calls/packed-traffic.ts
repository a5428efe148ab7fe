import { z } from 'zod'
import { type Buckets, type LocationTraffic, type TrafficMetric, trafficMetrics } from '../records.ts'

/** Checks no member on purpose: there are millions of numbers, and a schema for each costs more than the parsing. */
const numbers = z.custom<readonly number[]>(Array.isArray)

/** Times as runs of equal steps. `runs` holds two numbers per run: the steps since the last time, and the number of times. */
const packedTimes = z.object({
  /** The first time. */
  start: z.number(),
  step: z.number(),
  runs: numbers,
})

/** `times` is an index into the list of times. */
const packedBuckets = z.object({ times: z.int(), values: numbers, zoned: z.boolean() })

const packedMetrics = z.partialRecord(z.enum(trafficMetrics), packedBuckets.nullable())

/**
 * A location's traffic as cached JSON. The times of buckets would be most of it, so they are run-length encoded, and stored
 * once for series that share them.
 */
const packedTraffic = z.object({
  locationId: z.int(),
  referenceNumber: z.string().nullable(),
  times: z.array(packedTimes),
  buckets: packedMetrics,
  pointsOfInterest: z.array(z.object({ id: z.string(), buckets: packedMetrics })),
})

type PackedTimes = z.output<typeof packedTimes>
type PackedBuckets = z.output<typeof packedBuckets>
type PackedTraffic = z.output<typeof packedTraffic>

export function isTraffic(value: unknown): value is LocationTraffic {
  return value instanceof Object && 'pointsOfInterest' in value
}

export function packTraffic({ buckets, pointsOfInterest, ...location }: LocationTraffic): PackedTraffic {
  const indexes = new Map<readonly number[], number>()
  const pack = ({ times, ...rest }: Buckets) => ({
    ...rest,
    times: indexes.getOrInsertComputed(times, () => indexes.size),
  })
  const packed = {
    buckets: eachMetric(buckets, pack),
    pointsOfInterest: pointsOfInterest.map(({ id, buckets }) => ({ id, buckets: eachMetric(buckets, pack) })),
  }
  return { ...location, ...packed, times: [...indexes.keys()].map(packTimes) }
}

/** The traffic of a cached value; undefined if the value is not packed traffic. Series may share lists of times. */
export function unpackTraffic(cached: unknown): LocationTraffic | undefined {
  const { data: packed } = packedTraffic.safeParse(cached)
  if (!packed) return undefined
  const { buckets, pointsOfInterest, times, ...location } = packed
  const lists = times.map(unpackTimes)
  const unpack = ({ times, ...rest }: PackedBuckets): Buckets => ({ ...rest, times: lists[times] ?? [] })
  const traffic = {
    ...location,
    buckets: eachMetric(buckets, unpack),
    pointsOfInterest: pointsOfInterest.map(({ id, buckets }) => ({
      id,
      buckets: eachMetric(buckets, unpack),
    })),
  }
  const isWhole = [traffic, ...traffic.pointsOfInterest].every(({ buckets }) =>
    Object.values(buckets).every(one => !one || one.times.length === one.values.length),
  )
  return isWhole ? traffic : undefined
}

type Metrics<Value> = { readonly [Metric in TrafficMetric]?: Value | null }

function eachMetric<From, To>(metrics: Metrics<From>, change: (one: From) => To): Metrics<To> {
  const changed: { [Metric in TrafficMetric]?: To | null } = {}
  for (const metric of trafficMetrics) {
    const one = metrics[metric]
    if (one !== undefined) changed[metric] = one && change(one)
  }
  return changed
}

function packTimes(times: readonly number[]): PackedTimes {
  const step = stepOf(times)
  const runs: number[] = []
  const [start = 0] = times
  let last = start
  let [skip, count] = [0, 0]
  for (const time of times) {
    if (count > 0 && time !== last + step) {
      runs.push(skip, count)
      skip = (time - last) / step
      count = 0
    }
    count++
    last = time
  }
  if (count > 0) runs.push(skip, count)
  return { start, step, runs }
}

/** The greatest step of which every gap between times is a multiple. */
function stepOf(times: readonly number[]): number {
  let step = 0
  let last: number | undefined
  for (const time of times) {
    const gap = time - (last ?? time)
    if (gap % step !== 0) step = greatestCommonDivisor(gap, step)
    last = time
  }
  return step
}

function unpackTimes({ start, step, runs }: PackedTimes): readonly number[] {
  const times: number[] = []
  let time = start
  for (let run = 0; run < runs.length; run += 2) {
    const [skip = 0, count = 0] = [runs[run], runs[run + 1]]
    time += skip * step
    for (let index = 0; index < count; index++) times.push(time + index * step)
    time += (count - 1) * step
  }
  return times
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other)
}
