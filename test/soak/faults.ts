import type { Fault } from '../../src/sandbox/emulator.ts'
import type { Sandbox } from '../../src/sandbox.ts'

const words = JSON.stringify({ error: 'soak', message: 'soak' })

/** Every way in which an emulator can fail. */
export const faults: readonly Fault[] = [
  { hang: true },
  { cut: true },
  { delay: 300 },
  { frames: ['{id}|0|0|<!doctype html>'] },
  { frames: ['{id}|0|0|[{"location_id":"'] },
  ...[400, 401, 403, 404, 408, 409, 422, 500, 502, 503].map(status => ({ answer: { status, body: words } })),
  { answer: { status: 429, headers: { 'retry-after': '1' }, body: words } },
  { answer: { status: 200, body: '<!doctype html>' } },
  { answer: { status: 200, body: '{"data":[{"id' } },
  { answer: { status: 200, headers: { 'content-encoding': 'gzip' }, body: 'not gzip' } },
]

/** Lets every emulator fail now and then until disposed of: each fault for one or two calls, then some calls without. */
export function failNowAndThen({ emulators }: Pick<Sandbox, 'emulators'>): Disposable {
  const timer = setInterval(() => {
    const { journal } = one(emulators)
    journal.script({ ...one(faults), times: 1 + Math.floor(Math.random() * 2) })
  }, 100)
  const forget = setInterval(() => {
    for (const { journal } of emulators) journal.clear()
  }, 5_000)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      clearInterval(forget)
      for (const { journal } of emulators) journal.clear()
    },
  }
}

/** A random one. */
export function one<Value>(values: readonly Value[]): Value {
  const value = values[Math.floor(Math.random() * values.length)]
  if (value === undefined) throw new RangeError('There is none to choose.')
  return value
}
