import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf, daysWith } from '../src/page/day-field.js'
import { knownZone, rangeText, startOfDay, startText } from '../src/page/local-time.js'
import { openingPattern } from '../src/page/opening-pattern.js'
import { bucketKey, pairedBuckets } from '../src/page/paired-buckets.js'
import { daysOf, instantsOf, periodOf } from '../src/page/period.js'
import { rangesOfStores } from '../src/page/store-ranges.js'

/** Hours of a day by its local starts, each with its number as value. */
function day(date: string, hours: readonly number[]) {
  const starts = hours.map(hour => `${date}T${String(hour).padStart(2, '0')}:00:00`)
  return { starts, values: hours.map((_, index) => index), from: starts[0] ?? null }
}

const plain = Array.from({ length: 24 }, (_, hour) => hour)

test('where the clock is put back, the hour that comes twice is told apart, and ten is compared with ten', () => {
  const long = day('2026-10-25', [0, 1, 1, ...plain.slice(2)])
  const buckets = pairedBuckets(long, day('2026-10-24', plain), 'HOURLY')
  expect(buckets.map(({ isAgain }) => isAgain).indexOf(true)).toBe(2)
  expect(buckets.filter(({ isAgain }) => isAgain)).toHaveLength(1)
  expect(buckets[2]).toEqual({ start: '2026-10-25T01:00:00', isAgain: true, value: 2, before: null })
  expect(buckets.find(({ start }) => start === '2026-10-25T10:00:00')).toMatchObject({
    value: 11,
    before: 10,
  })
})

test('where the clock is put forward, the hour that never was is missing, and ten is compared with ten', () => {
  const short = day('2026-03-29', [0, ...plain.slice(2)])
  const buckets = pairedBuckets(short, day('2026-03-28', plain), 'HOURLY')
  expect(buckets).toHaveLength(23)
  expect(buckets.at(1)).toMatchObject({ start: '2026-03-29T02:00:00', before: 2 })
  expect(buckets.at(-1)).toMatchObject({ value: 22, before: 23 })
})

test('hours are compared by the clock, also where a day has no midnight', () => {
  const hoursOf = (start: Temporal.PlainDate, count: number, zone: string) => {
    const starts: string[] = []
    const end = start.add({ days: count }).toZonedDateTime(zone)
    for (let at = start.toZonedDateTime(zone); at.since(end).sign < 0; at = at.add({ hours: 1 }))
      starts.push(at.toPlainDateTime().toString({ smallestUnit: 'second' }))
    return { starts, values: starts.map((_, index) => index), from: starts[0] ?? null }
  }
  const compared = (first: string, count: number, zone: string) => {
    const day = Temporal.PlainDate.from(first)
    const before = hoursOf(day.subtract({ days: count }), count, zone)
    for (const bucket of pairedBuckets(hoursOf(day, count, zone), before, 'HOURLY')) {
      const earlier = Temporal.PlainDateTime.from(bucket.start).subtract({ days: count })
      const same = before.starts.flatMap((start, index) => (earlier.equals(start) ? [index] : []))
      expect(bucket.before, bucket.start).toBe(same[bucket.isAgain ? 1 : 0] ?? null)
    }
  }
  compared('2026-04-24', 7, 'Africa/Cairo')
  const days = fc
    .integer({ min: 0, max: 800 })
    .map(days => `${Temporal.PlainDate.from('2025-01-01').add({ days })}`)
  const zones = fc.constantFrom('Africa/Cairo', 'America/Havana', 'Asia/Beirut', 'Europe/London')
  fc.assert(fc.property(days, fc.integer({ min: 1, max: 9 }), zones, compared), { numRuns: 20 })
})

test('months are compared in their order, and a bucket without a number stays one', () => {
  const now = { starts: ['2026-02-01', '2026-03-01'], values: [null, 5], from: '2026-02-01' }
  const before = { starts: ['2025-12-01', '2026-01-01'], values: [3, 0], from: '2025-12-01' }
  expect(pairedBuckets(now, before, 'MONTHLY').map(({ value, before }) => [value, before])).toEqual([
    [null, 3],
    [5, 0],
  ])
})

test('a day begins by the clock of its place, also on the days when that changes', () => {
  expect(startOfDay('2026-10-25', 'Europe/London')).toBe('2026-10-24T23:00:00.000Z')
  expect(startOfDay('2026-10-26', 'Europe/London')).toBe('2026-10-26T00:00:00.000Z')
  expect(startOfDay('2026-03-29', 'Europe/London')).toBe('2026-03-29T00:00:00.000Z')
  expect(startOfDay('2026-03-30', 'Europe/London')).toBe('2026-03-29T23:00:00.000Z')
  expect(startOfDay('2026-11-21', 'Asia/Kolkata')).toBe('2026-11-20T18:30:00.000Z')
  for (const zone of [
    'America/Havana',
    'Atlantic/Azores',
    'Africa/Cairo',
    'Asia/Amman',
    'Pacific/Auckland',
  ]) {
    const change = Temporal.Instant.from('2020-01-01T00:00:00Z').toZonedDateTimeISO(zone)
    for (let at = change.getTimeZoneTransition('next'); at && at.year < 2022; ) {
      for (const days of [-1, 0, 1]) {
        const day = at.toPlainDate().add({ days })
        expect(Date.parse(startOfDay(`${day}`, zone))).toBe(day.toZonedDateTime(zone).epochMilliseconds)
      }
      at = at.getTimeZoneTransition('next')
    }
  }
})

test('times are told as they are at the place', () => {
  expect(startText('2026-10-25T01:00:00')).toBe('Sun 25 Oct, 01:00')
  expect(startText('2026-10-01T00:00:00', 'MONTHLY')).toBe('Oct 2026')
  expect(rangeText({ localStart: '2026-10-01T00:00:00', localEnd: '2026-11-01T00:00:00' })).toBe(
    '1 Oct 2026 – 31 Oct 2026',
  )
})

test('days are the same days where the clock skips a midnight', () => {
  const range = { localStart: '2026-03-22T00:00:00', localEnd: '2026-03-29T00:00:00' }
  const inAzores = { ...range, localEnd: '2026-03-29T01:00:00' }
  expect(rangeText(inAzores)).toBe('22 Mar 2026 – 28 Mar 2026')
  expect(rangesOfStores([{ range }, { range: inAzores }])).toMatchObject({
    all: '22 Mar 2026 – 28 Mar 2026',
    isOne: true,
  })
  const midnight = { start: '2026-03-29T00:00:00', isAgain: false }
  const change = { ...midnight, start: '2026-03-29T01:00:00' }
  expect(bucketKey(change, 'DAILY')).toBe(bucketKey(midnight, 'DAILY'))
  expect(bucketKey(change, 'HOURLY')).not.toBe(bucketKey(midnight, 'HOURLY'))
})

test('only days of the calendar are taken from an address, and those around each can be told', () => {
  for (const text of ['2026-99-99', '2026-02-31', '9999-12-31', '0000-01-01', '2026-1-1', '', null])
    expect(dayOf(text), String(text)).toBeUndefined()
  for (const day of ['1000-01-01', '2024-02-29', '9998-12-31']) {
    const parameters = new URLSearchParams({ period: 'days', from: day, through: day })
    expect(dayOf(day)).toBe(day)
    expect(daysOf(periodOf(parameters), 'UTC').from).toBe(day)
    expect(instantsOf(day, 'Pacific/Auckland').start < instantsOf(day, 'Pacific/Auckland').end).toBe(true)
  }
})

test('a time zone that the browser does not know is none', () => {
  expect(['Europe/London', 'Mars/Olympus', '', null].map(knownZone)).toEqual([
    'Europe/London',
    undefined,
    undefined,
    undefined,
  ])
})

test('an hour of a weekday counts as often as the clock showed it, over clock changes and parts of weeks', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 }),
      fc.array(fc.option(fc.integer({ min: 0, max: 500 })), { maxLength: 24 * 17, size: 'max' }),
      fc.constantFrom('Europe/London', 'Pacific/Auckland', 'Asia/Kolkata'),
      (day, values, zone) => {
        const start = Temporal.PlainDate.from('2026-01-01').add({ days: day }).toZonedDateTime(zone)
        const hours = values.map((value, index) => ({ value, at: start.add({ hours: index }) }))
        const localStarts = hours.map(({ at }) => at.toPlainDateTime().toString({ smallestUnit: 'second' }))
        const { hours: shown, cells } = openingPattern(localStarts, values)
        for (const [index, hour] of shown.entries())
          for (const [weekday, cell] of (cells[index] ?? []).entries()) {
            const such = hours.filter(({ at }) => at.hour === hour && at.dayOfWeek === weekday + 1)
            const known = such.flatMap(({ value }) => value ?? [])
            const sum = known.reduce((all, value) => all + value, 0)
            const mean = known.length > 0 ? sum / known.length : null
            expect(cell).toEqual({ mean, reported: known.length, occurred: such.length })
          }
        const reported = hours.filter(({ value }) => value !== null).map(({ at }) => at.hour)
        expect(reported.filter(hour => !shown.includes(hour))).toEqual([])
        expect(shown.filter(hour => hour < Math.min(...reported) || hour > Math.max(...reported))).toEqual([])
      },
    ),
    { numRuns: 10, endOnFailure: true },
  )
})

test('the busiest hour is the one with the highest mean, and there is none without a report', () => {
  const starts = [...day('2026-11-27', plain).starts, ...day('2026-11-28', plain).starts]
  const values = starts.map(start => (start === '2026-11-28T15:00:00' ? 9 : 4))
  expect(openingPattern(starts, values).busiest).toEqual({ weekday: 5, hour: 15, mean: 9 })
  expect(openingPattern(starts, Array(48).fill(null))).toEqual({ hours: [], cells: [], busiest: undefined })
})

test('the first of some days is never behind the last, whichever of them is chosen', () => {
  const first = Temporal.PlainDate.from('2026-01-01')
  const day = fc.integer({ min: 400, max: 800 }).map(days => `${first.add({ days })}`)
  const distance = (from: string, to: string) =>
    Temporal.PlainDate.from(from).until(to, { largestUnit: 'days' }).days
  fc.assert(
    fc.property(day, day, day, fc.constantFrom('from', 'through'), (from, through, chosen, name) => {
      const days = daysWith({ from, through }, name, chosen)
      expect(days[name]).toBe(chosen)
      const length = distance(days.from ?? '', days.through ?? '')
      expect(length).toBeGreaterThanOrEqual(0)
      const isOther = name === 'from' ? days.through !== through : days.from !== from
      if (isOther) expect(length).toBe(Math.max(0, distance(from, through)))
    }),
  )
})
