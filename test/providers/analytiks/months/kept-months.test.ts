import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type LocationTraffic,
  locationMetrics,
  type MetricBuckets,
  type TrafficMetric,
  type TrafficSpan,
} from '../../../../src/providers/analytiks/records.ts'
import { day, hour, seriesOf } from '../traffic-rows.ts'
import { zones } from '../zones.ts'
import { askTraffic, keptSources, unkeptSources } from './kept-sources.ts'

const quarter = hour / 4

test('a report from months equals that of its windows, cold and again, and asks nothing again', async () => {
  const intervals = fc.constantFrom('hourly', 'daily', 'weekly', 'monthly', 'whole')
  const dwellTimes = fc.constantFrom('sum', 'mean', undefined)
  const metrics = fc.shuffledSubarray([...locationMetrics], { minLength: 1 })
  const ends = fc.tuple(fc.nat(1000), fc.nat(1000))
  await fc.assert(
    fc.asyncProperty(
      histories(),
      zones,
      fc.array(fc.record({ interval: intervals, metrics, ends }), { minLength: 1, maxLength: 4 }),
      dwellTimes,
      async ({ row: counted, span: history, form }, timeZone, asks, dwellTime) => {
        const row = form === 'some local' ? { ...counted, localZone: timeZone } : counted
        await using kept = keptSources([row], dwellTime)
        await using unkept = unkeptSources([row], dwellTime)
        for (const { interval, metrics, ends } of asks) {
          const [start = 0, end = 0] = ends
            .map(
              share =>
                history.start +
                Math.round((share * (history.end - history.start)) / 1000 / quarter) * quarter,
            )
            .sort((one, other) => one - other)
          if (start === end) continue
          const span = { form: 'utc', start, end } as const
          const question = { span, interval, timeZone, metrics, withPointsOfInterest: false }
          const [plain] = await askTraffic(unkept, [question])
          const read = (answer: Awaited<ReturnType<typeof askTraffic>>[number] | undefined) =>
            answer && outcomeOf(answer.report, metrics)
          const [cold] = await askTraffic(kept, [question])
          expect(read(cold)).toEqual(read(plain))
          const calls = kept.calls()
          const [again] = await askTraffic(kept, [question])
          expect(read(again)).toEqual(read(plain))
          expect(kept.calls()).toBe(calls)
          const { planned, made, cached } = again?.usage ?? {}
          expect({ planned, made, cached }).toEqual({
            planned: cold?.usage.planned,
            made: 0,
            cached: planned,
          })
        }
      },
    ),
    { numRuns: 100 },
  )
})

function outcomeOf(report: Parameters<typeof seriesOf>[0], metrics: readonly TrafficMetric[]): unknown {
  try {
    return seriesOf(report, metrics)
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
}

/** Up to four months of sparse buckets around clock changes, of which some are no plain instants on full steps. */
function histories() {
  const starts = fc.constantFrom('2025-01-20', '2025-09-10', '2024-02-20', '2011-12-10')
  const forms = fc.constantFrom(
    'plain',
    'plain',
    'plain',
    'half past',
    'some half past',
    'some local',
    'hours',
  )
  return fc
    .record({
      start: starts,
      days: fc.integer({ min: 20, max: 120 }),
      form: forms,
      step: fc.constantFrom(hour, quarter),
      maps: fc.array(fc.array(fc.tuple(fc.nat(120 * 96), fc.nat(50)), { minLength: 0, maxLength: 400 }), {
        minLength: locationMetrics.length + 1,
        maxLength: locationMetrics.length + 1,
      }),
    })
    .map(({ start, days, form, step, maps }) => {
      const from = Date.parse(start)
      const span: TrafficSpan = { form: 'utc', start: from, end: from + days * day }
      const bucketsOf = (counts: readonly (readonly [number, number])[]) => {
        const times = new Map(
          counts.map(([steps, value]) => {
            const time = from + Math.floor((steps * quarter) / step) * step
            const isOdd = form === 'half past' || (form === 'some half past' && time > from + 40 * day)
            return [isOdd ? Math.floor(time / hour) * hour + hour / 2 : time, value] as const
          }),
        )
        const sorted = [...times].sort(([one], [other]) => one - other)
        return { times: sorted.map(([time]) => time), values: sorted.map(([, value]) => value), zoned: true }
      }
      const buckets: MetricBuckets = Object.fromEntries(
        locationMetrics.map((metric, index) => [metric, bucketsOf(maps[index] ?? [])]),
      )
      const zone = { id: 'zone', buckets: { visits: bucketsOf(maps.at(-1) ?? []) } }
      const row: LocationTraffic = {
        locationId: 1,
        referenceNumber: 'US1',
        buckets,
        pointsOfInterest: [zone],
      }
      return { span, row, form }
    })
}
