import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instant } from '../../../src/upstream/http/wire-values.ts'

const milliseconds = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) })

describe('an instant', () => {
  test('comes out as UTC with milliseconds, whatever its offset and precision', () => {
    const offsets = fc.constantFrom('Z', '+01:00', '-05:00', '+05:30')
    fc.assert(
      fc.property(milliseconds, offsets, fc.constantFrom(0, 3, 6, 9), (time, offset, digits) => {
        const sent = Temporal.Instant.fromEpochMilliseconds(time).toString({
          timeZone: offset === 'Z' ? 'UTC' : offset,
          fractionalSecondDigits: digits,
        })
        const exact = digits === 0 ? Math.floor(time / 1000) * 1000 : time
        expect(instant.parse(sent.replace('+00:00', 'Z'))).toBe(new Date(exact).toISOString())
      }),
    )
  })

  test('is told from texts that only look like one', () => {
    const parts = fc.tuple(...[13, 32, 25, 61, 61].map(max => fc.integer({ min: 0, max })))
    fc.assert(
      fc.property(parts, numbers => {
        const [month, day, hour, minute, second] = numbers.map(part => String(part).padStart(2, '0'))
        const text = `2026-${month}-${day}T${hour}:${minute}:${second}.000Z`
        const read = () => Temporal.Instant.from(text).epochMilliseconds
        const { success, data } = instant.safeParse(text)
        if (success) expect(data).toBe(new Date(read()).toISOString())
        else expect(read).toThrow(RangeError)
      }),
    )
  })

  test.each(['2026-11-21T09:00:00', '2026-11-21', '2026-02-30T00:00:00.000Z', 'yesterday', ''])(
    '"%s" is none',
    text => {
      expect(instant.safeParse(text).success).toBe(false)
    },
  )
})
