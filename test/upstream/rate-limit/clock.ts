import type { Clock } from '../../../src/upstream/rate-limit/quota-period.ts'

/** A clock that stands still until it is moved. */
export interface HandClock extends Clock {
  move(milliseconds: number): void
}

export function handClock(date = Date.parse('2026-02-07T12:00:00Z')): HandClock {
  let passed = 0
  return {
    now: () => passed,
    date: () => date + passed,
    move(milliseconds) {
      passed += milliseconds
    },
  }
}
