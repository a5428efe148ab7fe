import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CalendarInterval,
  periodsOf,
} from '../../../../src/providers/analytiks/time/calendar-periods.ts'
import { clockOf } from '../../../../src/providers/analytiks/time/zone-clock.ts'
import { day, local, utc } from '../traffic-rows.ts'
import { instants, zones } from '../zones.ts'

const lengths = fc.integer({ min: 1, max: 400 * day })
const intervals = fc.constantFrom<CalendarInterval>('daily', 'weekly', 'monthly')

describe('the periods of a range', () => {
  test('are those of the platform’s calendar that it touches, in every zone', () => {
    fc.assert(
      fc.property(zones, intervals, instants, lengths, (timeZone, interval, start, length) => {
        const span = { form: 'utc', start, end: start + length } as const
        const periods = periodsOf(span, interval, clockOf(timeZone))
        expect(periods?.starts).toEqual(touched(span, interval, timeZone))
      }),
      { numRuns: 300 },
    )
  })

  test('contain each time of the range in the last one that has begun', () => {
    const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(zones, intervals, instants, lengths, part, fc.nat(500), (...all) => {
        const [timeZone, interval, start, length, share, hint] = all
        const periods = periodsOf({ form: 'utc', start, end: start + length }, interval, clockOf(timeZone))
        const time = start + Math.floor(length * share)
        const index = periods?.indexOf(time, true, hint) ?? -1
        expect(periods?.starts?.[index]).toBeLessThanOrEqual(time)
        expect(periods?.starts?.[index + 1] ?? Infinity).toBeGreaterThan(time)
      }),
    )
  })

  test('contain a time outside of it in the nearest one', () => {
    const span = utc('2025-06-02T09:00:00Z', '2025-06-04T09:00:00Z')
    const days = periodsOf(span, 'daily', clockOf('Europe/London'))
    expect([span.start - 2 * day, span.end + 2 * day].map(time => days?.indexOf(time, true, 1))).toEqual([
      0, 2,
    ])
  })

  test('stay begun when the clock goes back over midnight', () => {
    const span = utc('2010-11-07T03:00:00Z', '2010-11-07T03:30:00Z')
    expect(periodsOf(span, 'daily', clockOf('America/St_Johns'))?.labels).toEqual([
      { at: '2010-11-07T02:30:00.000Z', localAt: '2010-11-07T00:00:00' },
    ])
  })

  test('of a local range without a time zone have no instants', () => {
    const span = local('2025-05-31T09:00:00', '2025-06-02T00:00:00')
    const days = periodsOf(span, 'daily', null)
    expect(days?.labels).toEqual([
      { at: null, localAt: '2025-05-31T00:00:00' },
      { at: null, localAt: '2025-06-01T00:00:00' },
    ])
    expect(days?.indexOf(Date.UTC(2025, 5, 1), true, 0)).toBe(null)
    expect(days?.indexOf(Date.UTC(2025, 5, 1), false, 0)).toBe(1)
    expect(periodsOf(span, 'weekly', null)?.labels.map(({ localAt }) => localAt)).toEqual([
      '2025-05-26T00:00:00',
    ])
    expect(periodsOf(span, 'monthly', null)?.labels.map(({ localAt }) => localAt)).toEqual([
      '2025-05-01T00:00:00',
      '2025-06-01T00:00:00',
    ])
  })

  test('of a local range in a known time zone have both', () => {
    const span = local('2025-03-30T09:00:00', '2025-03-31T09:00:00')
    expect(periodsOf(span, 'daily', clockOf('Europe/London'))?.labels).toEqual([
      { at: '2025-03-30T00:00:00.000Z', localAt: '2025-03-30T00:00:00' },
      { at: '2025-03-30T23:00:00.000Z', localAt: '2025-03-31T00:00:00' },
    ])
  })

  test('are null for a range in UTC without a time zone', () => {
    expect(periodsOf({ form: 'utc', start: 0, end: day }, 'daily', null)).toBe(null)
  })

  test('begin with the change if the clock skips midnight', () => {
    const span = utc('2018-11-04T12:00:00Z', '2018-11-04T13:00:00Z')
    expect(periodsOf(span, 'daily', clockOf('America/Sao_Paulo'))?.labels).toEqual([
      { at: '2018-11-04T03:00:00.000Z', localAt: '2018-11-04T01:00:00' },
    ])
  })

  test('leave out a day that the clock skips', () => {
    const span = utc('2011-12-30T00:00:00Z', '2011-12-31T00:00:00Z')
    const days = periodsOf(span, 'daily', clockOf('Pacific/Apia'))
    expect(days?.labels.map(({ localAt }) => localAt.slice(0, 10))).toEqual(['2011-12-29', '2011-12-31'])
  })
})

/** The starts of all periods that the span touches, as the platform counts days. */
function touched(
  { start, end }: { readonly start: number; readonly end: number },
  interval: CalendarInterval,
  timeZone: string,
): number[] {
  const dateOf = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate()
  const last = dateOf(end).add({ days: 2 })
  const starts = new Set<number>()
  for (
    let date = dateOf(start - 40 * day);
    Temporal.PlainDate.compare(date, last) < 0;
    date = date.add({ days: 1 })
  ) {
    const begins = { daily: true, weekly: date.dayOfWeek === 1, monthly: date.day === 1 }[interval]
    if (begins) starts.add(date.toZonedDateTime(timeZone).epochMilliseconds)
  }
  const ordered = [...starts].sort((one, other) => one - other)
  return ordered.filter((at, index) => at < end && (ordered[index + 1] ?? Infinity) > start)
}
