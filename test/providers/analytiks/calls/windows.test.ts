import fc from 'fast-check'
import { expect, test } from 'vitest'
import { begunWindows, isOver, windowsOf } from '../../../../src/providers/analytiks/calls/windows.ts'
import type { TrafficSpan } from '../../../../src/providers/analytiks/records.ts'

const minute = 60_000
const day = 86_400_000
const window = 5 * day
const first = Date.UTC(2019, 0, 1)
const form = fc.constantFrom('utc', 'local')
const time = fc.integer({ min: 0, max: (7 * 366 * day) / minute }).map(minutes => first + minutes * minute)
const length = fc.integer({ min: 1, max: (40 * day) / minute }).map(minutes => minutes * minute)
const span = fc
  .record({ form, start: time, length })
  .map(({ form, start, length }): TrafficSpan => ({ form, start, end: start + length }))

test('windows within the range partition it, cut where the days are a multiple of five', () => {
  fc.assert(
    fc.property(span, time, (span, now) => {
      const windows = windowsOf(span, { areWhole: false, now })
      expect(windows.at(0)?.start).toBe(span.start)
      expect(windows.at(-1)?.end).toBe(span.end)
      const cuts = windows.slice(1).map(({ start }) => start)
      expect(windows.slice(0, -1).map(({ end }) => end)).toEqual(cuts)
      expect(cuts.filter(cut => cut % window !== 0)).toEqual([])
      expectSound(windows, span)
    }),
  )
})

test('whole windows cover the range without a gap or an overlap, and begin at a multiple of five days', () => {
  fc.assert(
    fc.property(span, time, (span, now) => {
      const windows = windowsOf(span, { areWhole: true, now })
      expect(windows.at(0)?.start).toBeLessThanOrEqual(span.start)
      expect(windows.at(-1)?.end).toBeGreaterThanOrEqual(span.end)
      expect(windows.slice(0, -1).map(({ end }) => end)).toEqual(windows.slice(1).map(({ start }) => start))
      expect(windows.filter(({ start }) => start % window !== 0)).toEqual([])
      expectSound(windows, span)
    }),
  )
})

test('a whole window has five days if it is over; otherwise it ends with the last requested day', () => {
  fc.assert(
    fc.property(span, time, (span, now) => {
      for (const { start, end } of windowsOf(span, { areWhole: true, now })) {
        const full = { form: span.form, start, end: start + window }
        const lastDay = Math.ceil(span.end / day) * day
        expect(end).toBe(isOver(full, now) ? full.end : Math.min(full.end, lastDay))
      }
    }),
  )
})

test('ranges that touch the same days have the same whole windows', () => {
  const offset = fc.integer({ min: 0, max: day / minute - 1 }).map(minutes => minutes * minute)
  const days = fc.integer({ min: 1, max: 40 })
  fc.assert(
    fc.property(form, time, days, fc.array(offset, { minLength: 4, maxLength: 4 }), time, (...made) => {
      const [form, about, days, [a = 0, b = 0, c = 0, d = 0], now] = made
      const start = Math.floor(about / day) * day
      const one = { form, start: start + a, end: start + (days + 1) * day - b }
      const other = { form, start: start + c, end: start + (days + 1) * day - d }
      const whole = { areWhole: true, now }
      expect(windowsOf(one, whole)).toEqual(windowsOf(other, whole))
    }),
  )
})

test('overlapping ranges share the past windows that both touch', () => {
  const now = Date.UTC(2030, 0, 1)
  fc.assert(
    fc.property(span, fc.integer({ min: -20 * 1440, max: 20 * 1440 }), length, (one, minutes, length) => {
      const start = one.start + minutes * minute
      const other = { form: one.form, start, end: start + length }
      const theirs = windowsOf(other, { areWhole: true, now })
      const common = windowsOf(one, { areWhole: true, now }).filter(
        window => window.start < other.end && window.end > other.start,
      )
      for (const window of common) expect(theirs).toContainEqual(window)
    }),
  )
})

test('ranges that reach into the future by more or less have the same windows, and none that has not begun', () => {
  const step = fc.constantFrom('hourly', '15min')
  fc.assert(
    fc.property(form, step, time, length, length, length, (form, step, now, before, after, later) => {
      const latest = form === 'utc' ? now : now + (14 * day) / 24
      const [start, end] = [latest - before, latest + after + day]
      const windows = begunWindows({ form, start, end }, step, { areWhole: true, now })
      expect(begunWindows({ form, start, end: end + later }, step, { areWhole: true, now })).toEqual(windows)
      expect(windows).toEqual(windowsOf({ form, start, end: latest + 1 }, { areWhole: true, now }))
    }),
  )
})

/** Each window fits one call of the vendor and contains some of the range. */
function expectSound(windows: readonly TrafficSpan[], span: TrafficSpan): void {
  for (const { form, start, end } of windows) {
    expect(form).toBe(span.form)
    expect(start).toBeLessThan(end)
    expect(end - start).toBeLessThanOrEqual(window)
    expect(start).toBeLessThan(span.end)
    expect(end).toBeGreaterThan(span.start)
  }
}
