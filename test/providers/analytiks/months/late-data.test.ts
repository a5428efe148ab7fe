import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TrafficKey, TrafficQuestion } from '../../../../src/providers/analytiks/traffic-question.ts'
import { UpstreamError } from '../../../../src/upstream/error.ts'
import { bucketsOf, rowOf, utc } from '../traffic-rows.ts'
import { askTraffic, type KeptSources, keptSources } from './kept-sources.ts'

const quarter: TrafficQuestion = {
  span: utc('2025-01-01T00:00:00Z', '2025-04-01T00:00:00Z'),
  interval: 'daily',
  timeZone: 'UTC',
  metrics: ['visits'],
  withPointsOfInterest: false,
}
/** Of the windows of five days from 28 December to 2 April. */
const windows = 19
const day = 86_400_000
const down = new UpstreamError('analytiks', 'UPSTREAM_UNAVAILABLE', 'down')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-01-01T00:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

test('traffic of the past is asked again after its time, and a correction is seen then', async () => {
  await using kept = keptSources([counted(1)], 'sum', { ttlSeconds: 10 * 86_400 })
  expect(await ask(kept)).toMatchObject({ total: 1, made: windows, cached: 0, age: 0 })
  kept.rows = [counted(2)]
  vi.setSystemTime(Date.now() + 9 * day)
  expect(await ask(kept)).toMatchObject({ total: 1, made: 0, cached: windows, age: 9 * day })
  vi.setSystemTime(Date.now() + 2 * day)
  expect(await ask(kept)).toMatchObject({ total: 2, made: windows, cached: 0, age: 0 })
  expect(await ask(kept)).toMatchObject({ total: 2, made: 0 })
})

test('whoever wants it fresher gets it asked again, and all who ask later get that', async () => {
  await using kept = keptSources([counted(1)], 'sum')
  await ask(kept)
  kept.rows = [counted(2)]
  vi.setSystemTime(Date.now() + 2 * 60_000)
  expect(await ask(kept, { maximumAge: 5 * 60_000 })).toMatchObject({ total: 1, made: 0 })
  expect(await ask(kept, { maximumAge: 60_000 })).toMatchObject({ total: 2, made: windows, age: 0 })
  expect(await ask(kept)).toMatchObject({ total: 2, made: 0 })
})

test('a window of its own is asked again for whoever wants it fresher, too', async () => {
  const span = utc('2025-02-03T00:00:00Z', '2025-02-04T00:00:00Z')
  await using kept = keptSources([counted(1)], 'sum')
  await ask(kept, { span })
  kept.rows = [counted(2)]
  vi.setSystemTime(Date.now() + 2 * 60_000)
  expect(await ask(kept, { span, maximumAge: 60_000 })).toMatchObject({ total: 2, made: 1 })
  expect(await ask(kept, { span })).toMatchObject({ total: 2, made: 0 })
})

test('months past their time stand in while upstream is down, again and again, and say so', async () => {
  await using kept = keptSources([counted(1)], 'sum', { ttlSeconds: 86_400, staleMilliseconds: 3 * day })
  await ask(kept)
  vi.setSystemTime(Date.now() + 2 * day)
  // The first window is asked before upstream goes down.
  await ask(kept, { span: utc('2025-01-03T00:00:00Z', '2025-01-31T00:00:00Z'), interval: 'daily' })
  vi.setSystemTime(Date.now() + day / 2)
  kept.failure = down
  for (let time = 0; time < 2; time++) {
    expect(await ask(kept)).toMatchObject({ total: 1, isStale: true, age: 2.5 * day })
  }
  vi.setSystemTime(Date.now() + day)
  await expect(ask(kept)).rejects.toThrow('down')
  kept.failure = undefined
  expect(await ask(kept)).toMatchObject({ total: 1, isStale: false, age: 0 })
})

test('the windows that failed are asked again, and no others', async () => {
  await using kept = keptSources([counted(1)], 'sum')
  kept.failsFrom = Date.parse('2025-03-01T00:00:00Z')
  await expect(ask(kept)).rejects.toThrow()
  const calls = kept.calls()
  expect(calls).toBe(windows)
  kept.failsFrom = undefined
  expect(await ask(kept)).toMatchObject({ total: 1 })
  // Six windows begin in March.
  expect(kept.calls() - calls).toBe(6)
})

test('whoever wants it fresher and does not get it takes nothing from others', async () => {
  await using kept = keptSources([counted(1)], 'sum')
  await ask(kept)
  kept.rows = [counted(2)]
  vi.setSystemTime(Date.now() + day)
  kept.failsFrom = Date.parse('2025-01-10T00:00:00Z')
  await expect(ask(kept, { maximumAge: 60_000 })).rejects.toThrow('refused')
  expect(await ask(kept)).toMatchObject({ total: 1, made: 0, cached: windows, age: day })
  kept.failsFrom = undefined
  expect(await ask(kept, { maximumAge: 60_000 })).toMatchObject({ total: 2, age: 0 })
  expect(await ask(kept)).toMatchObject({ total: 2, made: 0 })
})

test('of a short range that was asked fresher, nobody gets the older counts afterwards', async () => {
  const span = utc('2025-02-03T00:00:00Z', '2025-02-05T00:00:00Z')
  await using kept = keptSources([counted(1)], 'sum')
  await ask(kept)
  kept.rows = [counted(2)]
  vi.setSystemTime(Date.now() + day)
  expect(await ask(kept, { span })).toMatchObject({ total: 1, made: 0 })
  expect(await ask(kept, { span, maximumAge: 60_000 })).toMatchObject({ total: 2, made: 1 })
  expect(await ask(kept, { span })).toMatchObject({ total: 2, made: 0 })
})

test('a window that was kept whole before its month does not stand in for what is newer', async () => {
  const span = utc('2025-02-03T00:00:00Z', '2025-02-05T00:00:00Z')
  await using kept = keptSources([counted(1)], 'sum', { ttlSeconds: 86_400, staleMilliseconds: 30 * day })
  await ask(kept, { span })
  await ask(kept)
  kept.rows = [counted(2)]
  vi.setSystemTime(Date.now() + 2 * day)
  expect(await ask(kept)).toMatchObject({ total: 2, made: windows })
  vi.setSystemTime(Date.now() + 2 * day)
  kept.failure = down
  expect(await ask(kept)).toMatchObject({ total: 2, isStale: true, age: 2 * day })
  expect(await ask(kept, { span })).toMatchObject({ total: 2, isStale: true, age: 2 * day })
})

test('a window that was kept whole is not older than what its month was asked fresher', async () => {
  const span = utc('2025-02-03T00:00:00Z', '2025-02-05T00:00:00Z')
  const whole = { span, withPointsOfInterest: true }
  await using kept = keptSources([counted(1)], 'sum')
  await ask(kept, whole)
  await ask(kept)
  kept.rows = [counted(2)]
  vi.setSystemTime(Date.now() + day)
  expect(await ask(kept, { maximumAge: 60_000 })).toMatchObject({ total: 2, made: windows })
  expect(await ask(kept, whole)).toMatchObject({ total: 2, made: 1 })
  expect(await ask(kept, whole)).toMatchObject({ total: 2, made: 0 })
})

test('the age is that of the oldest month, also where a window was asked for another', async () => {
  const february = utc('2025-02-01T00:00:00Z', '2025-03-01T00:00:00Z')
  // The window of 26 February lies in both months.
  const march = utc('2025-02-26T00:00:00Z', '2025-04-01T00:00:00Z')
  await using kept = keptSources([counted(1)], 'sum')
  await ask(kept, { span: february })
  vi.setSystemTime(Date.now() + 9 * day)
  expect(await ask(kept, { span: march })).toMatchObject({ age: 9 * day })
})

test.each([
  ['by the time that all is kept', undefined, 20 * day],
  ['where some was asked for in the last hours', utc('2025-12-01T00:00:00Z', '2026-01-01T00:00:00Z'), 60_000],
])('a request knows until when months answer it without a call: %s', async (_how, late, longest) => {
  await using kept = keptSources([counted(1)], 'sum', { ttlSeconds: (20 * day) / 1000 })
  const spans = [quarter.span, ...(late ? [late] : [])]
  const askAll = async (maximumAge?: number) => {
    const answers = await askTraffic(
      kept,
      spans.map(span => ({ ...quarter, span, maximumAge })),
    )
    return answers[0]?.usage ?? expect.unreachable()
  }
  await askAll()
  for (const maximumAge of [undefined, 3 * day, 10_000]) {
    const { made, freshUntil } = await askAll(maximumAge)
    expect([made, freshUntil - Date.now()]).toEqual([0, Math.min(longest, maximumAge ?? longest)])
    const now = Date.now()
    vi.setSystemTime(freshUntil - 1)
    expect((await askAll(maximumAge)).made).toBe(0)
    vi.setSystemTime(now)
  }
  const { freshUntil } = await askAll()
  vi.setSystemTime(freshUntil)
  expect((await askAll()).made).toBeGreaterThan(0)
})

test('months that stand in count as cached', async () => {
  await using kept = keptSources([counted(1)], 'sum', { ttlSeconds: 86_400, staleMilliseconds: 3 * day })
  await ask(kept)
  vi.setSystemTime(Date.now() + 2 * day)
  kept.unmade = down
  expect(await ask(kept)).toMatchObject({ total: 1, made: 0, cached: windows, isStale: true })
})

test('a clock that was put back keeps nothing for longer', async () => {
  await using kept = keptSources([counted(1)], 'sum')
  await ask(kept)
  kept.rows = [counted(2)]
  vi.setSystemTime(Date.now() - day)
  expect(await ask(kept)).toMatchObject({ total: 2, made: windows, age: 0 })
})

test('asking again and again takes no more memory, and the bound holds', async () => {
  await using kept = keptSources([counted(1)], 'sum')
  await ask(kept)
  const { bytes } = kept.cache
  expect(bytes).toBeGreaterThan(0)
  for (let time = 0; time < 5; time++) await ask(kept)
  expect(kept.cache.bytes).toBe(bytes)
  await using narrow = keptSources([counted(1)], 'sum', { bytes: bytes - 1 })
  for (let time = 0; time < 3; time++) {
    expect(await ask(narrow)).toMatchObject({ total: 1 })
    expect(narrow.cache.bytes).toBeLessThan(bytes)
  }
})

function counted(visits: number) {
  return rowOf({ visits: bucketsOf({ '2025-02-03T10:00:00Z': visits }) })
}

async function ask(kept: KeptSources, changes: Partial<TrafficKey> = {}) {
  const [answer] = await askTraffic(kept, [{ ...quarter, ...changes }])
  if (!answer) throw new Error('there is no answer')
  const { report, usage } = answer
  const { made, cached, isStale, oldest = Number.NaN } = usage
  return { total: report.series('visits').total(), made, cached, isStale, age: Date.now() - oldest }
}
