import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brandPages } from '../../../../src/providers/analytiks/calls/brand-pages.ts'
import { packTraffic, unpackTraffic } from '../../../../src/providers/analytiks/calls/packed-traffic.ts'
import {
  type Buckets,
  type LocationTraffic,
  locationMetrics,
  pointOfInterestMetrics,
} from '../../../../src/providers/analytiks/records.ts'
import { serveAnalytiks } from '../../../../src/sandbox/analytiks.ts'
import { wire } from '../../../support/wiring.ts'
import { hour } from '../traffic-rows.ts'

const start = Date.parse('2025-06-02T00:00:00Z')

test('traffic is the same after packing, JSON and unpacking', () => {
  fc.assert(
    fc.property(anyTraffic(), traffic => {
      expect(unpackTraffic(JSON.parse(JSON.stringify(packTraffic(traffic))))).toEqual(traffic)
    }),
  )
})

test('series that share their times share them after unpacking, and times at equal steps are one run', () => {
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

test('a value of another shape is not traffic, and a page with such a row is not a page', async () => {
  const times = { start, step: hour, runs: [0, 2] }
  const visits = { times: 0, values: [1, 2], zoned: true }
  const cached = {
    locationId: 1,
    referenceNumber: null,
    times: [times],
    buckets: { visits },
    pointsOfInterest: [],
  }
  const others: readonly unknown[] = [
    undefined,
    null,
    'traffic',
    [],
    {},
    { ...cached, times: undefined },
    { ...cached, times: [null] },
    { ...cached, times: [] },
    { ...cached, buckets: null },
    { ...cached, buckets: { visits: { ...visits, values: [1] } } },
    { ...cached, pointsOfInterest: [null] },
    { ...cached, pointsOfInterest: [{ id: 'door', buckets: { visits: { ...visits, times: 1 } } }] },
  ]
  await using emulator = await serveAnalytiks()
  await using account = wire(emulator)
  const { encoding } = brandPages(account.client('analytiks'), { milliseconds: hour })
  const page = (...data: readonly unknown[]) => ({ data, cursor: null })
  expect(unpackTraffic(cached)).toBeDefined()
  expect(encoding?.decode(page(cached, cached))?.data).toHaveLength(2)
  for (const other of others) {
    expect(unpackTraffic(other)).toBeUndefined()
    expect(encoding?.decode(page(cached, other))).toBeUndefined()
    expect(encoding?.decode(other)).toBeUndefined()
  }
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

/** Mostly successive hours of a day with gaps, some at any time and some twice. */
function anyTimes(): fc.Arbitrary<readonly number[]> {
  const step = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(hour, 2 * hour, 24 * hour, 0) },
    { weight: 1, arbitrary: fc.nat(3 * hour) },
  )
  return fc.array(step, { maxLength: 40 }).map(steps => {
    let time = start
    return steps.map(step => (time += step))
  })
}
