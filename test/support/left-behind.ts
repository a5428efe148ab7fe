// Its library sets an environment variable when it is loaded, whichever file is the first to need it.
import 'sharp'
import { afterAll, beforeAll, expect, vi } from 'vitest'

// Files share a process: each leaves it as it was.
const handled = ['SIGINT', 'SIGTERM', 'unhandledRejection', 'uncaughtException', 'warning']

let before: unknown
let environment: NodeJS.ProcessEnv = {}
beforeAll(() => {
  before = shared()
  environment = { ...process.env }
})
afterAll(() => {
  expect(shared()).toEqual(before)
  // Their names only: what they hold may be secret.
  const names = Object.keys({ ...environment, ...process.env })
  expect(names.filter(name => environment[name] !== process.env[name])).toEqual([])
})

function shared() {
  return {
    fetch: globalThis.fetch,
    hasFakeTimers: vi.isFakeTimers(),
    listeners: handled.map(name => [name, process.rawListeners(name)]),
  }
}
