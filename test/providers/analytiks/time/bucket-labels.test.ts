import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BucketLabels } from '../../../../src/providers/analytiks/time/bucket-labels.ts'
import { clockOf } from '../../../../src/providers/analytiks/time/zone-clock.ts'

test('labels are what the platform prints, in any order, and again', () => {
  const from = Date.parse('2025-03-29T00:10:00Z')
  const quarters = fc.integer({ min: -10, max: 3000 }).map(quarter => from - 600_000 + quarter * 900_000)
  const odd = fc.integer({ min: from - 1000, max: from + 400 * 86_400_000 })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(quarters, odd), fc.boolean())), asked => {
      const labels = new BucketLabels(clockOf('Europe/London'), from)
      for (const [time, zoned] of [...asked, ...asked]) {
        expect(labels.of(time, zoned)).toEqual(zoned ? labelOf(time) : expect.objectContaining(localOf(time)))
      }
    }),
  )
})

test('without a clock an instant has no local time, and a local time no instant', () => {
  const labels = new BucketLabels(null, 0)
  expect(labels.of(0, true)).toEqual({ at: '1970-01-01T00:00:00.000Z', localAt: null })
  expect(labels.of(0, false)).toEqual({ at: null, localAt: '1970-01-01T00:00:00' })
})

function labelOf(time: number) {
  const there = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO('Europe/London')
  const localAt = there.toPlainDateTime().toString({ smallestUnit: 'second' })
  return { at: new Date(time).toISOString(), localAt }
}

function localOf(time: number) {
  return { localAt: new Date(time).toISOString().slice(0, 19) }
}
