import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimestampPrinter } from '../../../../src/providers/analytiks/time/timestamp-printer.ts'

test('times are printed as the platform prints them, whatever was printed before', () => {
  const quarters = fc.integer({ min: -1_000_000, max: 3_000_000 }).map(quarter => quarter * 900_000)
  const odd = fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 })
  fc.assert(
    fc.property(fc.array(fc.oneof(quarters, odd)), times => {
      const stamp = new TimestampPrinter()
      const printed = times.map(time => new Date(time).toISOString())
      expect(times.map(time => stamp.instant(time))).toEqual(printed)
      expect(times.map(time => stamp.local(time))).toEqual(printed.map(text => text.slice(0, 19)))
    }),
  )
})
