import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LocalCallCounter } from '../../../src/upstream/rate-limit/call-counter.ts'
import type { RateWindow } from '../../../src/upstream/rate-limit/sliding-window.ts'
import { handClock } from './clock.ts'

const windows = fc
  .array(
    fc.record({ calls: fc.integer({ min: 1, max: 12 }), milliseconds: fc.integer({ min: 1, max: 500 }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map(all => all.toSorted((one, other) => one.milliseconds - other.milliseconds))
/** Milliseconds between one attempt and the next. */
const gaps = fc.array(fc.nat(120), { maxLength: 200 })

test('no window ever has more calls than it allows, whatever the times of attempts', () => {
  fc.assert(
    fc.property(windows, gaps, (windows, gaps) => {
      const clock = handClock()
      const counter = new LocalCallCounter({ windows }, clock)
      const made = gaps.flatMap(gap => {
        clock.move(gap)
        return counter.take(0) ? [] : [clock.now()]
      })
      expect(fullest(windows, made)).toEqual([])
    }),
  )
})

test('several at once are counted together while every window has room for them, or not at all', () => {
  fc.assert(
    fc.property(
      windows,
      fc.array(fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 12 }))),
      (windows, tries) => {
        const clock = handClock()
        const counter = new LocalCallCounter({ windows }, clock)
        const most = Math.min(...windows.map(({ calls }) => calls))
        const made: number[] = []
        for (const [gap, wanted] of tries) {
          clock.move(gap)
          const calls = Math.min(wanted, most)
          const now = clock.now()
          const fits = windows.every(
            window => made.filter(time => time > now - window.milliseconds).length + calls <= window.calls,
          )
          expect(counter.take(0, calls) === undefined).toBe(fits)
          if (fits) made.push(...new Array<number>(calls).fill(now))
        }
      },
    ),
  )
})

test("a refusal's wait is exact: before its end every call is refused, after it one is made", () => {
  fc.assert(
    fc.property(windows, gaps, fc.nat(), (windows, gaps, part) => {
      const clock = handClock()
      const counter = new LocalCallCounter({ windows }, clock)
      for (const gap of gaps) {
        clock.move(gap)
        counter.take(0)
      }
      const refusal = counter.take(0)
      if (!refusal) return
      const early = part % refusal.milliseconds
      clock.move(early)
      expect(counter.take(0)).toEqual({ milliseconds: refusal.milliseconds - early, isQuota: false })
      clock.move(refusal.milliseconds - early)
      expect(counter.take(0)).toBeUndefined()
    }),
  )
})

test('a call behind others gets the wait for its own turn', () => {
  const clock = handClock()
  const counter = new LocalCallCounter({ windows: [{ calls: 2, milliseconds: 100 }] }, clock)
  counter.take(0)
  clock.move(10)
  counter.take(0)
  expect([0, 1, 2].map(ahead => counter.take(ahead)?.milliseconds)).toEqual([90, 100, 100])
})

test('a call that one window refuses does not count in another', () => {
  const clock = handClock()
  const counter = new LocalCallCounter(
    {
      windows: [
        { calls: 1, milliseconds: 10 },
        { calls: 2, milliseconds: 1000 },
      ],
    },
    clock,
  )
  expect(counter.take(0)).toBeUndefined()
  expect(counter.take(0)).toEqual({ milliseconds: 10, isQuota: false })
  expect(counter.left).toBe(1)
  clock.move(10)
  expect(counter.take(0)).toBeUndefined()
  expect(counter.take(0)).toEqual({ milliseconds: 990, isQuota: false })
})

test('no call is made during a block, and the longer of two blocks counts', () => {
  const clock = handClock()
  const counter = new LocalCallCounter({}, clock)
  counter.observe({ waitMilliseconds: 500 })
  counter.observe({ waitMilliseconds: 200 })
  expect(counter.take(0)).toEqual({ milliseconds: 500, isQuota: false })
  clock.move(500)
  expect(counter.take(0)).toBeUndefined()
  expect(counter.left).toBeNull()
})

test("others' calls with the same credentials are derived from the calls left, and count as long as our own", () => {
  const clock = handClock()
  const counter = new LocalCallCounter({ windows: [{ calls: 30, milliseconds: 100 }] }, clock)
  counter.take(0)
  const reported = { window: { calls: 5, left: 1 } }
  counter.observe(reported)
  counter.observeOthers(reported)
  expect(counter.left).toBe(1)
  expect(counter.take(0)).toBeUndefined()
  expect(counter.take(0)).toEqual({ milliseconds: 100, isQuota: false })
  // More calls left than we count means nothing: our calls may still be under way.
  counter.observeOthers({ window: { left: 4 } })
  expect(counter.left).toBe(0)
})

/** The windows with too many calls. */
function fullest(windows: readonly RateWindow[], made: readonly number[]) {
  return windows.flatMap(({ calls, milliseconds }) =>
    made.flatMap(start => {
      const inside = made.filter(time => time >= start && time < start + milliseconds)
      return inside.length > calls ? [{ start, milliseconds, inside }] : []
    }),
  )
}
