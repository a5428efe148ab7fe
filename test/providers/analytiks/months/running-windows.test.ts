import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { windowLength } from '../../../../src/providers/analytiks/calls/windows.ts'
import type { TrafficQuestion } from '../../../../src/providers/analytiks/traffic-question.ts'
import { bucketsOf, day, hour, rowOf } from '../traffic-rows.ts'
import { askTraffic, type KeptSources, keptSources, unkeptSources } from './kept-sources.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const windowStart = Math.floor(Date.parse('2025-03-15T00:00:00Z') / windowLength) * windowLength

/** One visit a day, at ten. */
function daily() {
  const days = Array.from({ length: 90 }, (_, index) => windowStart + (index - 60) * day + 10 * hour)
  return rowOf({ visits: bucketsOf(Object.fromEntries(days.map(at => [new Date(at).toISOString(), 1]))) })
}

async function ask(kept: Pick<KeptSources, 'sources'>, interval: TrafficQuestion['interval'], end: number) {
  const span = { form: 'utc', start: windowStart - 40 * day, end } as const
  const question = {
    span,
    interval,
    timeZone: 'UTC',
    metrics: ['visits'],
    withPointsOfInterest: false,
  } as const
  const [answer] = await askTraffic(kept, [question])
  return { total: answer?.report.series('visits').total(), made: answer?.usage.made }
}

test('ranges that end within the window of today have all their days, whatever was asked before', async () => {
  const hours = fc.integer({ min: 1, max: 6 * 24 })
  const asks = fc.array(fc.record({ passed: fc.integer({ min: 0, max: 30 }), end: hours }), {
    minLength: 2,
    maxLength: 5,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('hourly', 'daily', 'whole'),
      hours,
      asks,
      async (interval, begun, asked) => {
        vi.setSystemTime(windowStart + begun * hour)
        await using kept = keptSources([daily()], 'sum')
        await using unkept = unkeptSources([daily()], 'sum')
        for (const { passed, end } of asked) {
          vi.setSystemTime(Date.now() + passed * hour)
          const [{ total }, plain] = [
            await ask(kept, interval, windowStart + end * hour),
            await ask(unkept, interval, windowStart + end * hour),
          ]
          expect(total).toBe(plain.total)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('thirty days up to yesterday cost one call a day', async () => {
  await using kept = keptSources([daily()], 'sum')
  vi.setSystemTime(windowStart + 12 * hour)
  await ask(kept, 'daily', windowStart)
  for (let days = 1; days <= 4; days++) {
    vi.setSystemTime(windowStart + days * day + 12 * hour)
    expect((await ask(kept, 'daily', windowStart + days * day)).made).toBe(1)
  }
})
