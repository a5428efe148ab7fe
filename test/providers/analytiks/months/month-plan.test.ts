import fc from 'fast-check'
import { expect, test } from 'vitest'
import { windowLength, windowsOf } from '../../../../src/providers/analytiks/calls/windows.ts'
import { planMonths } from '../../../../src/providers/analytiks/months/month-plan.ts'
import { hour } from '../traffic-rows.ts'
import { zones } from '../zones.ts'

test('each window of a range is held by months or kept itself, so that none is asked again', () => {
  const now = Date.UTC(2026, 0, 1)
  const firstWindow = Math.floor(Date.UTC(2024, 9, 1) / windowLength) * windowLength
  const intervals = fc.constantFrom('hourly', 'daily', 'monthly', 'whole')
  // Near where windows begin: there the last hour of one is all that a range needs of it.
  const quarters = fc
    .tuple(fc.nat(80), fc.integer({ min: -8, max: 8 }))
    .map(([window, quarter]) => (window * windowLength) / (hour / 4) + quarter)
  const steps = fc.constantFrom('hourly', '15min')
  fc.assert(
    fc.property(quarters, quarters, intervals, zones, steps, (one, other, interval, timeZone, step) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other) + 1]
      const start = firstWindow + from * (hour / 4)
      const span = { form: 'utc', start, end: start + (to - from) * (hour / 4) } as const
      const question = { span, interval, timeZone, withPointsOfInterest: false }
      const plan = planMonths(question, step, windowsOf(span, { areWhole: true, now }), now)
      for (const { places, raw } of plan.windows) expect(places.length + raw.length).toBeGreaterThan(0)
    }),
    { numRuns: 300 },
  )
})
