import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packTraffic, unpackTraffic } from '../../../src/providers/analytiks/packed-traffic.ts'
import {
  type Buckets,
  type LocationTraffic,
  locationMetrics,
  pointOfInterestMetrics,
} from '../../../src/providers/analytiks/wire.ts'
import { hour } from './traffic-rows.ts'

const start = Date.parse('2025-06-02T00:00:00Z')

test('what was packed and kept as JSON is the same traffic when it is unpacked', () => {
  fc.assert(
    fc.property(anyTraffic(), traffic => {
      expect(unpackTraffic(JSON.parse(JSON.stringify(packTraffic(traffic))))).toEqual(traffic)
    }),
  )
})

test('series that share their times share them again, and the times of equal steps are said in one run', () => {
  const times = Array.from({ length: 120 }, (_, index) => start + index * hour)
  const series = (value: number): Buckets => ({ times, values: times.map(() => value), zoned: true })
  const traffic = {
    locationId: 1,
    referenceNumber: null,
    buckets: { visits: series(1), bounces: series(2), walkBys: null },
    pointsOfInterest: [{ id: 'door', buckets: { visits: series(3) } }],
  }
  const packed = packTraffic(traffic)
  expect(packed.times).toEqual([{ start, step: hour, runs: [0, 120] }])
  const { buckets, pointsOfInterest } = unpackTraffic(packed) ?? {}
  expect(buckets?.bounces?.times).toBe(buckets?.visits?.times)
  expect(pointsOfInterest?.[0]?.buckets.visits?.times).toBe(buckets?.visits?.times)
})

test('what is of another shape is no traffic', () => {
  for (const kept of [
    undefined,
    null,
    'traffic',
    [],
    {},
    { locationId: 1, buckets: {}, pointsOfInterest: [] },
  ])
    expect(unpackTraffic(kept)).toBeUndefined()
})

function anyTraffic(): fc.Arbitrary<LocationTraffic> {
  const someBuckets = fc
    .tuple(anyTimes(), fc.boolean())
    .chain(([times, zoned]) =>
      fc
        .array(fc.maxSafeNat(), { minLength: times.length, maxLength: times.length })
        .map(values => ({ times, values, zoned })),
    )
  const metrics = <Metric extends string>(names: readonly Metric[]) =>
    fc.dictionary(fc.constantFrom(...names), fc.option(someBuckets), { noNullPrototype: true })
  return fc.record({
    locationId: fc.integer(),
    referenceNumber: fc.option(fc.string()),
    buckets: metrics(locationMetrics),
    pointsOfInterest: fc.array(fc.record({ id: fc.string(), buckets: metrics(pointOfInterestMetrics) })),
  })
}

/** Mostly hours of the day one after the other with gaps between, some anywhere and some told twice. */
function anyTimes(): fc.Arbitrary<readonly number[]> {
  const step = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(hour, 2 * hour, 24 * hour) },
    { weight: 1, arbitrary: fc.nat(3 * hour) },
  )
  return fc.array(step, { maxLength: 40 }).map(steps => {
    let time = start
    return steps.map(step => (time += step))
  })
}
