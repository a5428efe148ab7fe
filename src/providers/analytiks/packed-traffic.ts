import { type Buckets, type LocationTraffic, type TrafficMetric, trafficMetrics } from './wire.ts'

/** What is kept of a location's traffic, as JSON: the times of its buckets, which are most of it, are said once and in short. */
export interface PackedTraffic extends Omit<LocationTraffic, 'buckets' | 'pointsOfInterest'> {
  readonly times: readonly PackedTimes[]
  readonly buckets: Metrics<PackedBuckets>
  readonly pointsOfInterest: readonly { readonly id: string; readonly buckets: Metrics<PackedBuckets> }[]
}

/** Runs of buckets at equal steps: how many steps after the last one it begins and how many they are, one run after the other. */
interface PackedTimes {
  /** Of the first bucket. */
  readonly start: number
  readonly step: number
  readonly runs: readonly number[]
}

/** `times` is a place in the list of times. */
interface PackedBuckets extends Pick<Buckets, 'values' | 'zoned'> {
  readonly times: number
}

type Metrics<Value> = { readonly [Metric in TrafficMetric]?: Value | null }

export function packTraffic({ buckets, pointsOfInterest, ...location }: LocationTraffic): PackedTraffic {
  const places = new Map<readonly number[], number>()
  const pack = ({ times, ...rest }: Buckets) => ({
    ...rest,
    times: places.getOrInsertComputed(times, () => places.size),
  })
  const packed = {
    buckets: eachMetric(buckets, pack),
    pointsOfInterest: pointsOfInterest.map(({ id, buckets }) => ({ id, buckets: eachMetric(buckets, pack) })),
  }
  return { ...location, ...packed, times: [...places.keys()].map(packTimes) }
}

/** The traffic that was packed, of which series may share their times; undefined of another shape. */
export function unpackTraffic(kept: unknown): LocationTraffic | undefined {
  if (!isPacked(kept)) return undefined
  const { buckets, pointsOfInterest, times, ...location } = kept
  const lists = times.map(unpackTimes)
  const unpack = ({ times, ...rest }: PackedBuckets) => ({ ...rest, times: lists[times] ?? [] })
  return {
    ...location,
    buckets: eachMetric(buckets, unpack),
    pointsOfInterest: pointsOfInterest.map(({ id, buckets }) => ({
      id,
      buckets: eachMetric(buckets, unpack),
    })),
  }
}

/** Told apart from what an older Isotherm kept. */
function isPacked(kept: unknown): kept is PackedTraffic {
  return kept instanceof Object && 'times' in kept && 'pointsOfInterest' in kept && 'buckets' in kept
}

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
  return { start, step, runs: count > 0 ? [...runs, skip, count] : [] }
}

/** What every bucket starts a multiple of after the one before. */
function stepOf(times: readonly number[]): number {
  let step = 0
  let last: number | undefined
  for (const time of times) {
    const gap = time - (last ?? time)
    if (gap % step !== 0) step = greatestDivisor(gap, step)
    last = time
  }
  return step
}

function unpackTimes({ start, step, runs }: PackedTimes): readonly number[] {
  const times: number[] = []
  let time = start
  for (let place = 0; place < runs.length; place += 2) {
    const [skip = 0, count = 0] = [runs[place], runs[place + 1]]
    time += skip * step
    for (let index = 0; index < count; index++) times.push(time + index * step)
    time += (count - 1) * step
  }
  return times
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other)
}
