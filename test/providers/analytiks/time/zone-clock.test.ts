import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clockOf, ZoneClock } from '../../../../src/providers/analytiks/time/zone-clock.ts'
import { instants, zones } from '../zones.ts'

const minute = 60_000

test('the clock of a zone shows what the platform says, at any instant', () => {
  fc.assert(
    fc.property(zones, instants, (timeZone, instant) => {
      expect(new ZoneClock(timeZone).localOf(instant)).toBe(plainAt(instant, timeZone))
    }),
    { numRuns: 1000 },
  )
})

test('a local time is one instant, or none where the clock shows it twice or never', () => {
  fc.assert(
    fc.property(zones, aroundChanges(), (timeZone, moment) => {
      const local = moment(timeZone)
      const shown = plain(local)
      const [earlier, later] = (['earlier', 'later'] as const).map(disambiguation =>
        shown.toZonedDateTime(timeZone, { disambiguation }),
      )
      const isOne = earlier?.equals(later ?? '') && earlier.toPlainDateTime().equals(shown)
      expect(new ZoneClock(timeZone).instantOf(local)).toBe(isOne ? earlier?.epochMilliseconds : null)
    }),
    { numRuns: 2000 },
  )
})

test('the first instant of a local time is the earliest that shows it, or the change that skips it', () => {
  fc.assert(
    fc.property(zones, aroundChanges(), (timeZone, moment) => {
      const local = moment(timeZone)
      const first = new ZoneClock(timeZone).firstInstantAt(local)
      const earlier = plain(local).toZonedDateTime(timeZone, { disambiguation: 'earlier' })
      if (plainAt(first, timeZone) === local) {
        expect(first).toBe(earlier.epochMilliseconds)
      } else {
        expect(plainAt(first - 1, timeZone)).toBeLessThan(local)
        expect(plainAt(first, timeZone)).toBeGreaterThan(local)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a zone keeps whole hours only if its offset does throughout the range', () => {
  const year: [number, number] = [Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1)]
  const whole = ['Europe/London', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/St_Johns']
  expect(whole.map(zone => clockOf(zone).keepsWholeHours(...year))).toEqual([true, true, false, false, false])
  // Half an hour of summer time: ten and a half hours off in winter, eleven in summer.
  const lordHowe = clockOf('Australia/Lord_Howe')
  expect(lordHowe.keepsWholeHours(Date.UTC(2025, 0, 1), Date.UTC(2025, 2, 1))).toBe(true)
  expect(lordHowe.keepsWholeHours(...year)).toBe(false)
})

test('a name that is not a time zone is refused', () => {
  expect(() => clockOf('Europe/Atlantis')).toThrow(RangeError)
})

/** Local times within an hour or two of one of the zone's changes, to the quarter-hour and off it. */
function aroundChanges() {
  const offsets = fc.oneof(
    fc.integer({ min: -10, max: 10 }).map(quarters => quarters * 15 * minute),
    fc.integer({ min: -150 * minute, max: 150 * minute }),
  )
  return fc.tuple(instants, offsets).map(([instant, offset]) => (timeZone: string) => {
    const there = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
    const change = there.getTimeZoneTransition('next') ?? there
    return plainAt(change.epochMilliseconds, timeZone) + offset
  })
}

function plainAt(instant: number, timeZone: string): number {
  const there = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
  return there.toPlainDateTime().toZonedDateTime('UTC').epochMilliseconds
}

function plain(local: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC').toPlainDateTime()
}
