import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LocalCallCounter } from '../../../src/upstream/rate-limit/call-counter.ts'
import { FairShares } from '../../../src/upstream/rate-limit/fair-shares.ts'
import { handClock } from './clock.ts'

/** A vendor's window of a minute, in which callers take what they may. */
function world(calls: number, period?: { readonly limit: number }) {
  const clock = handClock()
  const windows = [{ calls, milliseconds: 60_000 }]
  const counter = new LocalCallCounter(
    { windows, ...(period && { period: { ...period, length: 'month' } }) },
    clock,
  )
  const shares = new FairShares(clock)
  const take = (caller: string): boolean => {
    if (shares.take(caller, counter.windowRooms, counter.periodRoom)) return false
    const isCounted = counter.take(0) === undefined
    shares.settle(caller, isCounted)
    return isCounted
  }
  return { clock, take, shares, counter }
}

test('a caller who is alone uses at least 95 % of a window, whatever its size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 40 }), (calls, perSecond) => {
      const { clock, take } = world(calls)
      let made = 0
      for (let second = 0; second < 240; second++) {
        if (second === 120) made = 0
        for (let call = 0; call < perSecond; call++) if (take('alone')) made++
        clock.move(1000)
      }
      // Two minutes' calls, in windows that do not begin with them.
      const wanted = Math.min(perSecond * 120, 2 * calls)
      expect(made).toBeGreaterThanOrEqual(Math.floor(wanted * 0.95) - 1)
    }),
    { numRuns: 100 },
  )
})

test('whoever asks for less than an equal share is never refused, however hard another floods', () => {
  const names = ['one', 'two', 'three', 'four']
  fc.assert(
    fc.property(
      fc.integer({ min: 40, max: 300 }),
      fc.integer({ min: 1, max: names.length }),
      fc.integer({ min: 1, max: 50 }),
      (calls, count, perSecond) => {
        const { clock, take } = world(calls)
        // A tenth less than an equal share, evenly.
        const gap = Math.ceil((60 * (count + 1)) / (0.9 * calls))
        for (let second = 0; second < 300; second++) {
          for (const name of names.slice(0, count))
            if (second % gap === 0) expect(take(name), `${name} in second ${second}`).toBe(true)
          // The flood begins when the others are known.
          if (second > 60) for (let call = 0; call < perSecond; call++) take('flood')
          clock.move(1000)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('a newcomer finds room in a window that another caller has drained', () => {
  const { take } = world(60)
  let drained = 0
  while (take('flood')) drained++
  expect(drained).toBe(57)
  expect([take('new'), take('new'), take('new'), take('new')]).toEqual([true, true, true, false])
})

test('with two callers the last quarter is for the one below its share', () => {
  const { take } = world(60)
  expect(take('other')).toBe(true)
  let drained = 0
  while (take('flood')) drained++
  expect(drained).toBe(44)
  let left = 0
  while (take('other')) left++
  expect(left).toBe(15)
})

test('the wait ends when the caller may go on', () => {
  const { clock, take, shares, counter } = world(60)
  take('other')
  while (take('flood')) clock.move(100)
  const refusal = shares.take('flood', counter.windowRooms, undefined)
  clock.move((refusal?.milliseconds ?? 0) - 1)
  expect(take('flood')).toBe(false)
  clock.move(1)
  expect(take('flood')).toBe(true)
})

test('one caller does not use the month of all', () => {
  const { clock, take, shares, counter } = world(1000, { limit: 400 })
  expect(take('other')).toBe(true)
  let used = 0
  while (take('flood')) used++
  expect(used).toBe(299)
  const refusal = shares.take('flood', counter.windowRooms, counter.periodRoom)
  expect(refusal).toMatchObject({ isQuota: true })
  clock.move(120_000)
  expect([take('flood'), take('other'), take('third')]).toEqual([false, true, true])
})
