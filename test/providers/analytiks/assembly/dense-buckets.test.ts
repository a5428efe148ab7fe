import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DenseBuckets } from '../../../../src/providers/analytiks/assembly/dense-buckets.ts'
import type { Buckets, TrafficSpan } from '../../../../src/providers/analytiks/records.ts'
import { hour, utc } from '../traffic-rows.ts'

const span = utc('2025-06-01T00:00:00Z', '2025-06-11T00:00:00Z')
const windowHours = 48

test('what windows told, in whatever order they came, is told in order of time', () => {
  fc.assert(
    fc.property(windowsInAnyOrder(), windows => {
      const held = new DenseBuckets(span, hour)
      for (const { start, buckets } of windows) held.add(start, buckets)
      const inOrder = windows.toSorted((one, other) => one.start - other.start)
      expect(listOf(held)).toEqual(inOrder.flatMap(({ buckets }) => told(buckets)))
    }),
  )
})

test('a bucket that is told twice is held twice', () => {
  const held = new DenseBuckets(span, hour)
  const once: Buckets = { times: [span.start + hour], values: [7], zoned: true }
  held.add(span.start, once)
  held.add(span.start, once)
  expect(listOf(held)).toEqual([...told(once), ...told(once)])
  const within = new DenseBuckets(span, hour)
  within.add(span.start, { times: [span.start, span.start], values: [1, 2], zoned: true })
  expect(listOf(within).map(({ value }) => value)).toEqual([1, 2])
})

test('a local span holds local times at equal steps', () => {
  const local: TrafficSpan = { ...span, form: 'local' }
  const held = new DenseBuckets(local, hour)
  held.add(local.start, { times: [local.start], values: [1], zoned: false })
  held.add(local.start + hour, { times: [local.start + hour], values: [2], zoned: true })
  expect(listOf(held)).toEqual([
    { time: local.start, value: 1, zoned: false },
    { time: local.start + hour, value: 2, zoned: true },
  ])
})

function listOf(held: DenseBuckets) {
  const list: { time: number; value: number; zoned: boolean }[] = []
  held.each((time, value, zoned) => list.push({ time, value, zoned }))
  return list
}

function told({ times, values, zoned }: Buckets) {
  return times.map((time, index) => ({ time, value: values[index], zoned }))
}

/** Mostly at full hours or all at half past, some anywhere; mostly zoned; counts that need 31 bits, and some that need 53. */
function windowsInAnyOrder() {
  const offset = fc.constantFrom(0, hour / 2)
  const value = fc.oneof({ weight: 20, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.maxSafeNat() })
  const window = fc.record({
    zoned: fc.oneof(
      { weight: 9, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    shift: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(hour / 2 - 1) }),
    counts: fc.uniqueArray(fc.tuple(fc.nat(windowHours - 1), value), { selector: ([slot]) => slot }),
  })
  const windows = fc.array(window, { maxLength: (span.end - span.start) / hour / windowHours })
  return fc
    .tuple(offset, windows)
    .map(([offset, windows]) =>
      windows.map(({ zoned, shift, counts }, index) => {
        const start = span.start + index * windowHours * hour
        const inOrder = counts.toSorted(([one], [other]) => one - other)
        const times = inOrder.map(([slot]) => start + slot * hour + offset + shift)
        return { start, buckets: { times, values: inOrder.map(([, value]) => value), zoned } }
      }),
    )
    .chain(windows => fc.shuffledSubarray(windows, { minLength: windows.length }))
}
