import { once } from 'node:events'
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import fc from 'fast-check'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { StreamType } from '../../src/server/graphql/response-format.ts'
import { sendResults } from '../../src/server/graphql/result-stream.ts'
import { type Served, serve } from '../support/serving.ts'

let served: Served

beforeAll(async () => {
  served = await serve()
  return () => served[Symbol.asyncDispose]()
})

const identified = 'multipart/mixed;incrementalSpec=v0.2'

function post(query: string, accept: string): Promise<Response> {
  return fetch(`${served.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  })
}

type Path = readonly (string | number)[]

interface Payload {
  readonly data?: unknown
  readonly hasNext?: boolean
  readonly pending?: readonly { readonly id: string; readonly path: Path; readonly label?: string }[]
  readonly incremental?: readonly { id?: string; path?: Path; data?: unknown; items?: unknown[] }[]
  readonly completed?: readonly { readonly id: string }[]
}

async function payloadsOf(response: Response): Promise<readonly Payload[]> {
  const text = await response.text()
  return text.split(/\r\n---(?:--)?/).flatMap(part => {
    const [, body] = part.split('\r\n\r\n')
    return body ? [JSON.parse(body)] : []
  })
}

/** Puts together what comes by ids, as a client does; nothing may come that was not announced, or after it was completed. */
function assembled(payloads: readonly Payload[]): unknown {
  const root = { data: {} as unknown }
  const open = new Map<string, Path>()
  const labelled = new Set<string>()
  for (const { data, pending = [], incremental = [], completed = [] } of payloads) {
    if (data !== undefined) root.data = data
    for (const { id, path, label } of pending) {
      expect(open.has(id)).toBe(false)
      open.set(id, path)
      if (label === undefined) continue
      const part = JSON.stringify([label, path])
      expect(labelled, 'announced twice').not.toContain(part)
      labelled.add(part)
    }
    for (const { id = '', path, data, items } of incremental) {
      expect(path).toBeUndefined()
      const at = open.get(id)
      if (!at) expect.unreachable(`${id} was not announced`)
      const place = at.reduce(memberOf, root.data)
      if (Array.isArray(place)) place.push(...(items ?? []))
      else merge(place, data)
    }
    for (const { id } of completed) expect(open.delete(id)).toBe(true)
  }
  expect([...open.keys()]).toEqual([])
  return root.data
}

function memberOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) expect.unreachable(`nothing is at ${key}`)
  return Object.getOwnPropertyDescriptor(value, key)?.value
}

function merge(into: unknown, from: unknown): void {
  if (typeof into !== 'object' || into === null || typeof from !== 'object' || from === null)
    expect.unreachable('a part belongs to an object')
  for (const [key, value] of Object.entries(from)) {
    const known = memberOf(into, key)
    if (typeof known === 'object' && known !== null) merge(known, value)
    else Object.assign(into, { [key]: value })
  }
}

describe('in the format of incrementalSpec=v0.2', () => {
  const operations = [
    '{ providers { name } ... @defer { locations(first: 2) { nodes { id } } } }',
    '{ ... @defer(label: "a") { providers { name } ... @defer { locations(first: 2) { nodes { id name } } } } }',
    '{ ... @defer { a: providers { name } } ... @defer { b: providers { name } } ... @defer(if: false) { c: providers { name } } }',
    '{ locations(first: 4) { nodes @stream(initialCount: 1) { id ... @defer { name } } } }',
    '{ locations(first: 3) { nodes { id ...Name @defer ... @defer(label: "zone") { timeZone } } } } fragment Name on Location { name }',
    '{ ... @defer { nothing: location(by: { id: "nowhere" }) { id ... @defer { name } } } }',
    '{ ... @defer { a: providers { name } ... @defer(label: "in") { locations(first: 3) { nodes @stream { id ... @defer { name } } } } } }',
    `{ ... @defer { ...Some a: providers { name } } ... @defer { ...Some locations(first: 2) { nodes @stream { id } } } }
      fragment Some on Query { some: providers { name } }`,
  ]

  test.each(operations)('%s comes whole, each part by an id that was announced', async query => {
    const response = await post(query, `${identified},application/json;q=0.9`)
    expect(response.headers.get('content-type')).toMatch(
      /^multipart\/mixed; boundary="-"; incrementalSpec=v0.2$/,
    )
    const payloads = await payloadsOf(response)
    expect(payloads.map(({ hasNext }) => hasNext)).toEqual(
      payloads.map((_, index) => index < payloads.length - 1),
    )
    const whole = await (await post(query, 'application/json')).json()
    expect(assembled(payloads)).toEqual(whole.data)
  })

  test('a query without parts comes at once, as JSON', async () => {
    const response = await post('{ providers { name } }', `${identified},application/json`)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })
})

const deferred = '{ ... @defer { __typename } }'
const streams = ['multipart/mixed', 'text/event-stream', 'Multipart/Mixed', 'TEXT/event-stream']
const others = ['application/json', 'text/plain', '*/*', 'text/*', 'multipart/*', 'image/png']
const ranges = fc.array(
  fc.record({
    name: fc.constantFrom(...streams, ...others),
    quality: fc.constantFrom('', ';q=0', '; Q=0.0', ' ; q=1'),
  }),
  { maxLength: 5 },
)

test('parts come only to a client that names a type for them with a quality above 0', async () => {
  const partsAreNamed = fc.asyncProperty(ranges, async list => {
    const names = list.map(({ name }) => name.toLowerCase())
    fc.pre(new Set(names).size === names.length)
    const isNamed = list.some(({ name, quality }) => streams.includes(name) && !quality.includes('0'))
    const accept = ['x/y', ...list.map(({ name, quality }) => name + quality)].join(', ')
    const text = await (await post(deferred, accept)).text()
    expect(text.includes('"hasNext":true')).toBe(isNamed)
  })
  await fc.assert(partsAreNamed, { numRuns: 150 })
})

test.each([
  ['application/json, text/plain, */*', 'application/json; charset=utf-8'],
  [
    'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9',
    'multipart/mixed; boundary="-"; deferSpec=20220824',
  ],
  [
    'multipart/mixed; DeferSpec = "20220824", application/json',
    'multipart/mixed; boundary="-"; deferSpec=20220824',
  ],
  ['multipart/mixed;incrementalSpec=v0.9, application/json', 'application/json; charset=utf-8'],
  ['multipart/mixed;q=0.1, application/json', 'application/json; charset=utf-8'],
  ['text/event-stream', 'text/event-stream'],
])('for a client that takes %s it is %s', async (accept, type) => {
  expect((await post(deferred, accept)).headers.get('content-type')).toBe(type)
})

test.each(['text/event-stream', 'multipart/mixed'])('no proxy holds back %s', async accept => {
  const { headers } = await post(deferred, accept)
  expect(headers.get('cache-control')).toBe('no-cache, no-transform')
  expect(headers.get('x-accel-buffering')).toBe('no')
})

test('a silent stream of events says that it is alive, and its end ends what it comes from', async () => {
  const { promise: over, resolve: end } = Promise.withResolvers<IteratorResult<object>>()
  const silent: AsyncIterator<object> = {
    next: () => over,
    async return() {
      end({ done: true, value: undefined })
      return over
    },
  }
  const { sent, reader } = await read(silent, 'text/event-stream')
  expect((await reader?.read())?.value).toBe(':\n\n')
  for (let pulse = 0; pulse < 2; pulse++) {
    vi.advanceTimersByTime(12_000)
    expect((await reader?.read())?.value).toBe(':\n\n')
  }
  await reader?.cancel()
  await sent
  expect(vi.getTimerCount()).toBe(0)
})

test.each(['text/event-stream', 'multipart/mixed'] as const)(
  'a stream of %s ends with its reader, whatever never goes on behind it',
  async type => {
    const never = new Promise<IteratorResult<object>>(() => undefined)
    const { sent, reader } = await read({ next: () => never, return: () => never }, type)
    await reader?.cancel()
    await sent
    expect(vi.getTimerCount()).toBe(0)
  },
)

test('whoever does not take the end of a stream is cut off, and nothing is written behind it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const written: string[] = []
  class Stuck extends Socket {
    override _writev(parts: readonly { readonly chunk: Buffer }[], taken: () => void) {
      const text = parts.map(({ chunk }) => String(chunk)).join('')
      written.push(text)
      if (!text.includes('event: complete')) taken()
    }
    override _write(chunk: Buffer, _encoding: string, taken: () => void) {
      this._writev([{ chunk }], taken)
    }
  }
  const socket = new Stuck()
  const response = new ServerResponse(new IncomingMessage(socket))
  response.assignSocket(socket)
  const none = (async function* () {})()
  const sent = sendResults(response, none, 'text/event-stream', { patience: 15_000 })
  await vi.advanceTimersByTimeAsync(14_000)
  expect(response.destroyed).toBe(false)
  await vi.advanceTimersByTimeAsync(1_000)
  await sent
  expect(response.destroyed).toBe(true)
  expect(written.join('').split('event: complete')).toEqual([
    expect.any(String),
    expect.stringMatching(/^\s*data:\s*$/),
  ])
  const { length } = written
  await vi.advanceTimersByTimeAsync(60_000)
  expect(written).toHaveLength(length)
})

/** Serves results to one reader, with timers that the test moves. */
async function read(results: AsyncIterator<object>, type: StreamType) {
  const { promise: sent, resolve: send } = Promise.withResolvers<void>()
  const http = createServer((_request, response) =>
    send(sendResults(response, results, type, { patience: 10_000 })),
  ).listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => void http.close().closeAllConnections())
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { port } = http.address() as AddressInfo
  const { body } = await fetch(`http://127.0.0.1:${port}`)
  return { sent, reader: body?.pipeThrough(new TextDecoderStream()).getReader() }
}
