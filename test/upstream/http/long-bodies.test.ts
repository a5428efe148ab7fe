import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openHttp } from '../../../src/upstream/http/http.ts'
import type { CallOutcome } from '../../../src/upstream/observer.ts'
import { hasWorkedLong } from '../../../src/upstream/turns.ts'
import { serveHttp } from './loopback.ts'

const never = new AbortController().signal
const body = 'x'.repeat(70_000)

/** Keeps this turn of the event loop busy for so many milliseconds. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

/** A server that answers once so many have asked, all with one body. */
function serveTogether(calls: number, body: string) {
  const asked: ServerResponse[] = []
  return serveHttp((_request, response) => {
    asked.push(response)
    if (asked.length === calls) for (const each of asked) each.end(body)
  })
}

test('a long body waits for one of each other caller, however many come at once', async () => {
  const callers = [...Array.from({ length: 20 }, () => 'flood'), 'steady']
  await using server = await serveTogether(callers.length, body)
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
  await using server = await serveTogether(2, body)
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

test('a long body that came in time is read, however long it waits, and its call ended before', async () => {
  await using server = await serveTogether(20, body)
  const ends: CallOutcome[] = []
  const observer = {
    begin: () => ({ traceparent: undefined, end: (ended: CallOutcome) => ends.push(ended) }),
  }
  const bounds = { deadlineMilliseconds: 1000, maximumBytes: 100_000, observer }
  await using http = openHttp('analytiks', bounds)
  const reads: number[] = []
  const call = { method: 'GET', url: server.url, callContext: { signal: never } } as const
  const calls = Array.from({ length: 20 }, () =>
    http.callAndRead(call, () => {
      reads.push(performance.now())
      work(100)
    }),
  )
  const results = await Promise.allSettled(calls)
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
  expect(ends.map((ended, index) => (ended.at ?? Infinity) <= (reads[index] ?? 0))).toEqual(
    calls.map(() => true),
  )
})

test('a long body that cannot be read fails its own call only', async () => {
  await using server = await serveTogether(3, body)
  await using http = openHttp('analytiks', { deadlineMilliseconds: 10_000, maximumBytes: 100_000 })
  let read = 0
  const call = { method: 'GET', url: server.url, callContext: { signal: never } } as const
  const calls = Array.from({ length: 3 }, () =>
    http.callAndRead(call, () => {
      work(15)
      if (++read === 2) throw new RangeError('Some fault of ours.')
    }),
  )
  const results = await Promise.allSettled(calls)
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
})

test('a refusal with a long text that is broken is a refusal, also in a turn that has worked long', async () => {
  const whole = gzipSync(randomBytes(200_000).toString('hex'))
  const broken = Buffer.concat([whole.subarray(0, whole.length - 8), Buffer.alloc(8, 7)])
  await using server = await serveHttp((_request, response) =>
    response.writeHead(404, { 'content-encoding': 'gzip' }).end(broken),
  )
  await using http = openHttp('analytiks', { deadlineMilliseconds: 10_000, maximumBytes: 1_000_000 })
  let isOver = false
  const busy = async () => {
    while (!isOver) {
      hasWorkedLong()
      work(5)
      await setTimeout(0)
    }
  }
  const working = busy()
  for (let time = 0; time < 20; time++)
    expect((await http.call({ method: 'GET', url: server.url })).status).toBe(404)
  isOver = true
  await working
})
