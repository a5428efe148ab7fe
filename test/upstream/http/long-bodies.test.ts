import type { ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openHttp } from '../../../src/upstream/http/http.ts'
import { serveHttp } from './loopback.ts'

const never = new AbortController().signal
const body = 'x'.repeat(70_000)

/** Keeps this turn of the event loop busy for so many milliseconds. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

test('a long body waits for one of each other caller, however many come at once', async () => {
  const callers = [...Array.from({ length: 20 }, () => 'flood'), 'steady']
  const asked: ServerResponse[] = []
  await using server = await serveHttp((_request, response) => {
    asked.push(response)
    if (asked.length === callers.length) for (const each of asked) each.end(body)
  })
  await using http = openHttp('analytiks', { deadlineMilliseconds: 10_000, maximumBytes: 100_000 })
  const read: string[] = []
  await Promise.all(
    callers.map(async caller => {
      const call = { method: 'GET', url: server.url, callContext: { signal: never, caller } } as const
      const response = await http.callAndRead(call, bytes => {
        read.push(caller)
        work(15)
        return bytes.byteLength
      })
      expect(response.body).toBe(body.length)
    }),
  )
  expect(read).toHaveLength(callers.length)
  expect(read.indexOf('steady')).toBeLessThan(10)
})

test('a call that is given up while its long body waits is not read', async () => {
  const asked: ServerResponse[] = []
  await using server = await serveHttp((_request, response) => {
    asked.push(response)
    if (asked.length === 2) for (const each of asked) each.end(body)
  })
  await using http = openHttp('analytiks', { deadlineMilliseconds: 10_000, maximumBytes: 100_000 })
  const controllers = [new AbortController(), new AbortController()] as const
  const read: number[] = []
  const calls = controllers.map(({ signal }, index) => {
    const call = { method: 'GET', url: server.url, callContext: { signal } } as const
    return http.callAndRead(call, () => {
      read.push(index)
      setImmediate(() => controllers[index === 0 ? 1 : 0].abort())
      work(15)
    })
  })
  const results = await Promise.allSettled(calls)
  await setTimeout(20)
  expect(read).toHaveLength(1)
  expect(results.map(({ status }) => status)).toEqual(
    read[0] === 0 ? ['fulfilled', 'rejected'] : ['rejected', 'fulfilled'],
  )
})
