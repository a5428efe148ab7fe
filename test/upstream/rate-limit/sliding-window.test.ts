import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallLog } from '../../../src/upstream/rate-limit/sliding-window.ts'

/** What is done to a log, after so many milliseconds. */
const step = fc.record({
  wait: fc.oneof(fc.nat(3), fc.nat(200)),
  calls: fc.nat(20),
  window: fc.constantFrom(10, 50, 100),
  /** Calls of others, that were made before. */
  late: fc.array(fc.nat(120), { maxLength: 3 }),
})

test('a log counts in each window what a list of all calls does, in whatever order windows are asked', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const log = new CallLog(100)
      const all: number[] = []
      let now = 1000
      for (const { wait, calls, window, late } of steps) {
        now += wait
        log.note(now, calls)
        all.push(...new Array<number>(calls).fill(now))
        const times = late.map(age => now - age)
        if (times.length > 0) log.add(now, times)
        all.push(...times)
        expect(log.count(window, now)).toBe(all.filter(time => time > now - window).length)
      }
    }),
    { numRuns: 300 },
  )
})
