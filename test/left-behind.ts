import { afterAll, beforeAll, expect, vi } from 'vitest'

// Files share a process: each leaves it as it was.
const handled = ['SIGINT', 'SIGTERM', 'unhandledRejection', 'uncaughtException', 'warning']

let before: unknown
beforeAll(() => {
  before = shared()
})
afterAll(() => {
  expect(shared()).toEqual(before)
})

function shared() {
  return {
    environment: { ...process.env },
    fetch: globalThis.fetch,
    hasFakeTimers: vi.isFakeTimers(),
    listeners: handled.map(name => [name, process.rawListeners(name)]),
  }
}
