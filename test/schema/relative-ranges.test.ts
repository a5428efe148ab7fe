import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TrafficRangeInput, toSpan } from '../../schema/traffic-range.ts'
import { LocalDays } from '../../src/local-days.ts'
import { instants, zones } from '../providers/analytiks/zones.ts'

const utcDays = new LocalDays(Date.UTC(2026, 10, 29))

/** Days since 1970, which know no clock. */
type Day = number

const dayLength = 86_400_000
const periodNames = ['TODAY', 'YESTERDAY', 'THIS_WEEK', 'LAST_WEEK', 'THIS_MONTH', 'LAST_MONTH'] as const
const yearNames = ['THIS_YEAR', 'LAST_YEAR'] as const

const printers = new Map<string, Intl.DateTimeFormat>()

/** By Intl, which the code does not use. */
function dateAt(instant: number, timeZone: string): Day {
  const printer = printers.getOrInsertComputed(
    timeZone,
    () => new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }),
  )
  return Date.parse(`${printer.format(instant)}T00:00:00Z`) / dayLength
}

/** What the clock shows, read as UTC. */
function clockAt(instant: number, timeZone: string): number {
  return Date.parse(`${new Date(instant).toLocaleString('sv-SE', { timeZone }).replace(' ', 'T')}Z`)
}

/** The first minute that shows the date or a later one. */
function startOf(date: Day, timeZone: string): number {
  const shows = (instant: number) => dateAt(instant, timeZone) >= date
  const quarterHour = 900_000
  let instant = date * dayLength - 27 * 3_600_000
  while (!shows(instant)) instant += quarterHour
  for (let minute = instant - quarterHour; minute < instant; minute += 60_000)
    if (shows(minute)) return minute
  return instant
}

function dayOf(year: number, month: number, day: number): Day {
  return Date.UTC(year, month, day) / dayLength
}

const partsOf = (date: Day) => {
  const read = new Date(date * dayLength)
  return {
    year: read.getUTCFullYear(),
    month: read.getUTCMonth(),
    day: read.getUTCDate(),
    weekday: read.getUTCDay(),
  }
}

/** As long before as there are days in the month. */
function monthsEarlier(date: Day, months: number): Day {
  const { year, month, day } = partsOf(date)
  const last = partsOf(dayOf(year, month - months + 1, 0)).day
  return dayOf(year, month - months, Math.min(day, last))
}

function datesOf(period: string, today: Day): [start: Day, end: Day] {
  const { year, month, weekday } = partsOf(today)
  const monday = today - ((weekday + 6) % 7)
  switch (period) {
    case 'TODAY':
      return [today, today + 1]
    case 'YESTERDAY':
      return [today - 1, today]
    case 'THIS_WEEK':
      return [monday, today + 1]
    case 'LAST_WEEK':
      return [monday - 7, monday]
    case 'THIS_MONTH':
      return [dayOf(year, month, 1), today + 1]
    case 'LAST_MONTH':
      return [dayOf(year, month - 1, 1), dayOf(year, month, 1)]
    case 'THIS_YEAR':
      return [dayOf(year, 0, 1), today + 1]
    default:
      return [dayOf(year - 1, 0, 1), dayOf(year, 0, 1)]
  }
}

function expectSpan(range: TrafficRangeInput, now: number, timeZone: string, [start, end]: [Day, Day]): void {
  const [first, last] = [startOf(start, timeZone), startOf(end, timeZone)]
  const read = () => toSpan(range, timeZone, new LocalDays(now))
  // A day that the clock skips.
  if (first === last) expect(read).toThrow('skip all of')
  else expect(read()).toEqual({ form: 'utc', start: first, end: last })
}

test('a period is the days that its name says by the calendar of each place, and the one before as many', () => {
  fc.assert(
    fc.property(instants, zones, fc.constantFrom(...periodNames, ...yearNames), (now, timeZone, period) => {
      const today = dateAt(now, timeZone)
      expectSpan({ period }, now, timeZone, datesOf(period, today))
      const earlier = period.endsWith('YEAR')
        ? monthsEarlier(today, 12)
        : period.endsWith('MONTH')
          ? monthsEarlier(today, 1)
          : today - (period.endsWith('WEEK') ? 7 : 1)
      expectSpan({ before: { period } }, now, timeZone, datesOf(period, earlier))
    }),
    { numRuns: 40 },
  )
})

test('the last days end with yesterday, and those before end where they start', () => {
  const lengths = fc.oneof(
    fc.integer({ min: 1, max: 400 }).map(days => ({ last: `P${days}D`, days, months: 0 })),
    fc.integer({ min: 1, max: 60 }).map(weeks => ({ last: `P${weeks}W`, days: 7 * weeks, months: 0 })),
    fc.integer({ min: 1, max: 24 }).map(months => ({ last: `P${months}M`, days: 0, months })),
    fc.integer({ min: 1, max: 3 }).map(years => ({ last: `P${years}Y`, days: 0, months: 12 * years })),
  )
  fc.assert(
    fc.property(instants, zones, lengths, (now, timeZone, { last, days, months }) => {
      const today = dateAt(now, timeZone)
      const start = monthsEarlier(today, months) - days
      expectSpan({ last }, now, timeZone, [start, today])
      expectSpan({ before: { last } }, now, timeZone, [monthsEarlier(start, months) - days, start])
    }),
    { numRuns: 40 },
  )
})

test('a day holds until its place may have another one, and no longer', () => {
  fc.assert(
    fc.property(instants, zones, fc.double({ min: 0, max: 1, noNaN: true }), (now, timeZone, share) => {
      const days = new LocalDays(now)
      expect(days.until).toBe(Number.POSITIVE_INFINITY)
      const today = days.today(timeZone)
      expect(Date.parse(`${today}T00:00:00Z`) / dayLength).toBe(dateAt(now, timeZone))
      const between = now + Math.floor(share * Math.max(0, days.until - 1 - now))
      expect(dateAt(between, timeZone)).toBe(dateAt(now, timeZone))
      const midnight = startOf(dateAt(now, timeZone) + 1, timeZone)
      expect(days.until).toBeLessThanOrEqual(midnight)
      if (days.until < midnight)
        expect(clockAt(days.until, timeZone)).not.toBe(clockAt(days.until - 60_000, timeZone) + 60_000)
    }),
    { numRuns: 60 },
  )
})

test.each<[string, TrafficRangeInput, string, string]>([
  ['days', local('2026-11-10', '2026-11-17'), '2026-11-03T00:00:00Z', '2026-11-10T00:00:00Z'],
  ['a month', local('2026-03-01', '2026-04-01'), '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
  ['a quarter', local('2026-04-01', '2026-07-01'), '2026-01-01T00:00:00Z', '2026-03-31T23:00:00Z'],
  ['31 days', local('2026-01-02', '2026-02-02'), '2025-12-02T00:00:00Z', '2026-01-02T00:00:00Z'],
  [
    'hours over a clock change',
    local('2026-03-29T00:00:00', '2026-03-30T12:00:00'),
    '2026-03-27T12:00:00Z',
    '2026-03-29T00:00:00Z',
  ],
  [
    'instants',
    { utc: { start: new Date('2026-03-29T00:00:00Z'), end: new Date('2026-03-30T12:00:00Z') } },
    '2026-03-27T12:00:00Z',
    '2026-03-29T00:00:00Z',
  ],
])('before %s is the same by the same calendar', (_what, before, start, end) => {
  const span = toSpan({ before }, 'Europe/London', utcDays)
  expect([span.start, span.end]).toEqual([Date.parse(start), Date.parse(end)])
})

function local(start: string, end: string): TrafficRangeInput {
  return { local: { start, end } }
}
