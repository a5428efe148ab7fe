import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DenseBuckets } from '../../../../src/providers/analytiks/assembly/dense-buckets.ts'
import type { Buckets, TrafficSpan } from '../../../../src/providers/analytiks/records.ts'
import { hour, utc } from '../traffic-rows.ts'

const span = utc('2025-06-01T00:00:00Z', '2025-06-11T00:00:00Z')
const windowHours = 48

test('buckets are visited in order of time, whatever the order of their windows', () => {
  fc.assert(
    fc.property(windowsInAnyOrder(), windows => {
      const dense = new DenseBuckets(span, hour)
      for (const { start, buckets } of windows) dense.add(start, buckets)
      const inOrder = windows.toSorted((one, other) => one.start - other.start)
      expect(listOf(dense)).toEqual(inOrder.flatMap(({ buckets }) => entriesOf(buckets)))
    }),
  )
})

test('a bucket that is reported twice is visited twice', () => {
  const dense = new DenseBuckets(span, hour)
  const once: Buckets = { times: [span.start + hour], values: [7], zoned: true }
  dense.add(span.start, once)
  dense.add(span.start, once)
  expect(listOf(dense)).toEqual([...entriesOf(once), ...entriesOf(once)])
  const within = new DenseBuckets(span, hour)
  within.add(span.start, { times: [span.start, span.start], values: [1, 2], zoned: true })
  expect(listOf(within).map(({ value }) => value)).toEqual([1, 2])
})

test('a local span holds local times at equal steps', () => {
  const local: TrafficSpan = { ...span, form: 'local' }
  const dense = new DenseBuckets(local, hour)
  dense.add(local.start, { times: [local.start], values: [1], zoned: false })
  dense.add(local.start + hour, { times: [local.start + hour], values: [2], zoned: true })
  expect(listOf(dense)).toEqual([
    { time: local.start, value: 1, zoned: false },
    { time: local.start + hour, value: 2, zoned: true },
  ])
})

function listOf(dense: DenseBuckets) {
  const list: { time: number; value: number; zoned: boolean }[] = []
  dense.each((time, value, zoned) => list.push({ time, value, zoned }))
  return list
}

function entriesOf({ times, values, zoned }: Buckets) {
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
