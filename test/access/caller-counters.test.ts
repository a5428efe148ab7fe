import { expect, test } from 'vitest'
import { CallerCounters } from '../../src/server/limits/caller-counters.ts'
import { openLocalCallCounter } from '../../src/upstream/rate-limit/call-counter.ts'
import { systemClock } from '../../src/upstream/rate-limit/quota-period.ts'

/** Counters that are told apart by their names, of which those that are open are known. */
function openCounters() {
  const open = new Map<string, number>()
  const counters = {
    open(name: string) {
      open.set(name, (open.get(name) ?? 0) + 1)
      const counter = openLocalCallCounter({ windows: [{ calls: 1, milliseconds: 1000 }] }, systemClock)
      return { ...counter, [Symbol.dispose]: () => void open.set(name, (open.get(name) ?? 0) - 1) }
    },
    [Symbol.dispose]() {},
  }
  const count = () => [...open.values()].reduce((sum, users) => sum + users, 0)
  return { counters, count, names: () => [...open.keys()] }
}

test('a counter is of one caller, limit and number, and is opened once', () => {
  const { counters, count } = openCounters()
  using opened = new CallerCounters(counters)
  const first = opened.counterOf('one', 'requests', 10, 60_000)
  expect(opened.counterOf('one', 'requests', 10, 60_000)).toBe(first)
  for (const [id, name, calls] of [
    ['two', 'requests', 10],
    ['one', 'cost', 10],
    ['one', 'requests', 11],
  ] as const)
    expect(opened.counterOf(id, name, calls, 60_000)).not.toBe(first)
  expect(count()).toBe(4)
})

test('a caller whose limits change again and again, and many callers, keep only so many open; the end closes all', () => {
  const { counters, count } = openCounters()
  {
    using opened = new CallerCounters(counters)
    for (let calls = 1; calls <= 100; calls++) opened.counterOf('one', 'requests', calls, 60_000)
    expect(count()).toBe(30)
    for (let id = 0; id < 10_100; id++) opened.counterOf(`caller-${id}`, 'requests', 1, 60_000)
    expect(count()).toBe(10_000)
  }
  expect(count()).toBe(0)
})

test('the name of a counter, which Redis sees, does not hold the id of its caller', () => {
  const { counters, names } = openCounters()
  using opened = new CallerCounters(counters)
  opened.counterOf('mary@example.com', 'requests', 10, 60_000)
  expect(names().join()).toMatch(/^caller:[\w-]{43}:requests:10$/)
})
