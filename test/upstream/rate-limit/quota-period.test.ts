import { expect, test } from 'vitest'
import { Period } from '../../../src/upstream/rate-limit/quota-period.ts'
import { handClock } from './clock.ts'

const day = 86_400_000

test('a month is a calendar month in UTC, and is full again when the next one begins', () => {
  const clock = handClock(Date.parse('2026-02-28T23:59:59Z'))
  const period = new Period(clock, 2, 'month')
  period.take(1)
  period.take(1)
  expect(period.state?.left).toBe(0)
  expect(period.waitFor(1)).toBe(1000)
  clock.move(1000)
  expect(period.waitFor(1)).toBe(0)
  expect(period.state).toEqual({ left: 2, endsAt: 1000 + 31 * day })
})

test('reports override our count, except for calls under way', () => {
  const period = new Period(handClock(), 10_000, 'month')
  const reported = { limit: 10_000, resetsInMilliseconds: 20 * day }
  period.observe({ ...reported, left: 500 }, 3)
  expect(period.state).toEqual({ left: 497, endsAt: 20 * day })
  // Responses come in any order: an older one does not give calls back.
  period.observe({ ...reported, left: 499 }, 2)
  expect(period.state?.left).toBe(497)
  period.observe({ ...reported, left: 400 })
  expect(period.state?.left).toBe(400)
  period.observe({ ...reported, left: 900 })
  expect(period.state?.left).toBe(900)
  period.observe({ ...reported, limit: 100_000, left: 90_900 })
  expect(period.state?.left).toBe(90_900)
})

test('a month reported as used up lasts until its known end, or the end of the month', () => {
  const clock = handClock()
  const period = new Period(clock, 10_000, 'month')
  period.observe({ left: 0 })
  expect(period.waitFor(1)).toBe(Date.parse('2026-03-01T00:00:00Z') - clock.date())
  period.observe({ left: 0, resetsInMilliseconds: day })
  expect(period.waitFor(1)).toBe(day)
  period.observe({ left: 0 })
  expect(period.waitFor(1)).toBe(day)
})

test('everything about a period of seconds is learned: its end, and the calls of the next one', () => {
  const clock = handClock(3_000)
  const period = new Period(clock)
  expect(period.state).toBeUndefined()
  period.take(1)
  period.observe({ left: 0, limit: 5, resetsInMilliseconds: 7_000, length: 10_000 })
  expect(period.waitFor(1)).toBe(7_000)
  clock.move(7_500)
  expect(period.state).toEqual({ left: 5, endsAt: 17_000 })
})

test('nothing is known after the end of a period of unknown length', () => {
  const clock = handClock()
  const period = new Period(clock)
  period.observe({ left: 0, resetsInMilliseconds: 100 })
  expect(period.waitFor(1)).toBe(100)
  clock.move(100)
  expect(period.state).toBeUndefined()
  expect(period.waitFor(1)).toBe(0)
})
