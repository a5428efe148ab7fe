import { randomBytes } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { anyone } from '../src/access/caller.ts'
import { openAccount } from '../src/account.ts'
import { Catalog } from '../src/catalog/catalog.ts'
import { readConfig } from '../src/config/config.ts'
import type { EnteredExchange } from '../src/server/front-door.ts'
import { SharedResponses } from '../src/server/graphql/shared-responses.ts'
import { TextBody } from '../src/server/http/response-body.ts'
import { Usage } from '../src/upstream/source/usage.ts'
import { WaitClock } from '../src/upstream/wait-clock.ts'

const account = openAccount(readConfig({}).providers, new Catalog())
const made = Date.UTC(2026, 10, 29, 12)

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: made }))
afterEach(() => void vi.useRealTimers())

/** When data was given, and until when the cache gives it, in milliseconds since 1970. */
interface Given {
  readonly at: number
  readonly until: number
}

function exchangeOf(data: readonly Given[], type: 'query' | 'mutation' = 'query'): EnteredExchange {
  const request = new IncomingMessage(new Socket())
  const usage = new Usage()
  for (const { at, until } of data) usage.noteAge(at, false, until)
  return {
    request,
    response: new ServerResponse(request),
    target: { path: '/graphql', query: '', host: undefined, isAbsolute: false },
    record: {
      id: 'some',
      method: 'POST',
      startedAt: 0,
      waiting: new WaitClock(),
      operation: { type, name: undefined, document: 'sha256:', isTrusted: () => false },
      traceparent: undefined,
      used: () => [{ provider: 'zenovay', usage }],
      shareableUntil: () => Number.POSITIVE_INFINITY,
    },
    caller: anyone,
    account,
  }
}

const response = {
  head: { status: 200, type: 'application/json', headers: {}, cacheHeaders: {} },
  body: new TextBody('{}'),
} as const

interface Told {
  readonly planned?: number
  readonly made?: number
  readonly cached?: number
  readonly stale?: boolean
}

function extensionsOf(
  oldest: number,
  { planned = 1, made: calls = 0, cached = 1, stale = false }: Told = {},
) {
  const ageSeconds = Math.max(0, Math.floor((made - oldest) / 1000))
  return {
    upstream: { zenovay: { planned, made: calls, shared: 0, cached, quotaLeft: null } },
    freshness: { zenovay: { ageSeconds, stale } },
  }
}

const lasting: readonly Given[] = [{ at: made, until: Number.POSITIVE_INFINITY }]

function kept(
  data: readonly Given[],
  extensions: Readonly<Record<string, unknown>> = extensionsOf(Math.min(...data.map(({ at }) => at))),
) {
  const responses = new SharedResponses(1_000_000)
  const exchange = exchangeOf(data)
  const name = responses.nameOf(exchange, 'text')
  responses.add(name, exchange, { data: {}, extensions }, account.stored.count, response)
  return () => responses.find(name, account)
}

test('a response is shared until an age in it is another one or the cache gives some of its data no more, and for a second at most', () => {
  const data = fc.record({ age: fc.integer({ min: 0, max: 5000 }), left: fc.integer({ min: 1, max: 2000 }) })
  const later = fc.integer({ min: -1500, max: 2500 })
  fc.assert(
    fc.property(fc.array(data, { minLength: 1, maxLength: 3 }), later, (all, passed) => {
      vi.setSystemTime(made)
      const find = kept(all.map(({ age, left }) => ({ at: made - age, until: made + left })))
      vi.setSystemTime(made + passed)
      const oldest = Math.max(...all.map(({ age }) => age))
      const isSameAge = Math.floor((oldest + passed) / 1000) === Math.floor(oldest / 1000)
      const isFresh = all.every(({ left }) => passed < left)
      expect(find() !== undefined).toBe(passed >= 0 && passed < 1000 && isSameAge && isFresh)
    }),
    { numRuns: 500 },
  )
})

test.each<readonly [what: string, told: Told]>([
  ['a call was made', { made: 1, cached: 0 }],
  ['a call was shared with another request', { cached: 0 }],
  ['a call was neither', { planned: 2 }],
  ['data is past its time', { stale: true }],
])('a response is not kept if %s', (_what, told) => {
  expect(kept(lasting, extensionsOf(made, told))()).toBeUndefined()
})

test('what a mutation refused without a call is not kept: the next one may be allowed', () => {
  const exchange = exchangeOf(lasting, 'mutation')
  const responses = new SharedResponses(1_000_000)
  responses.add(
    'name',
    exchange,
    { data: {}, extensions: extensionsOf(made) },
    account.stored.count,
    response,
  )
  expect(responses.find('name', account)).toBeUndefined()
})

test('a response without extensions is not kept, nor one that tells of no vendor', () => {
  expect(kept(lasting, {})()).toBeUndefined()
  expect(kept(lasting, { upstream: {}, freshness: {} })()).toBeUndefined()
})

test('memory has its bound with the compressed copies, in any script', async () => {
  const bound = 400_000
  const names = Array.from({ length: 30 }, (_, index) => `text ${index}`)
  for (const first of [0x21, 0x4e00]) {
    const responses = new SharedResponses(bound)
    const exchange = exchangeOf(lasting)
    const result = { data: {}, extensions: extensionsOf(made) }
    const held = await Promise.all(
      names.map(async name => {
        // Of 90 letters or more, so that nothing much is gained by compression.
        const letters = Array.from(randomBytes(6_000), byte => String.fromCharCode(first + (byte % 90)))
        const body = new TextBody(letters.join(''))
        responses.add(name, exchange, result, account.stored.count, { ...response, body })
        const copies = await Promise.all((['gzip', 'br', 'zstd'] as const).map(coding => body.coded(coding)))
        const copied = copies.reduce((sum, { byteLength }) => sum + byteLength, 0)
        return { name, bytes: copied + letters.length * (first < 0x80 ? 1 : 2) }
      }),
    )
    const left = held.filter(({ name }) => responses.find(name, account))
    expect(left.length).toBeGreaterThan(3)
    expect(left.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(bound)
  }
})

test('nothing is shared once anything was stored for the account, and memory has a bound', () => {
  const find = kept(lasting)
  expect(find()).toBeDefined()
  account.stored.count++
  expect(find()).toBeUndefined()
  const small = new SharedResponses(10_000)
  const exchange = exchangeOf(lasting)
  const names = Array.from({ length: 20 }, (_, index) => small.nameOf(exchange, `text ${index}`))
  const result = { data: {}, extensions: extensionsOf(made) }
  for (const name of names) small.add(name, exchange, result, account.stored.count, response)
  const left = names.filter(name => small.find(name, account))
  expect(left.length).toBeGreaterThan(0)
  expect(left.length).toBeLessThan(10)
})

test('each is let go of after a second by any clock, and all at the end, with their timers', () => {
  const begunBefore = new SharedResponses(10_000)
  vi.useRealTimers()
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: made })
  const exchange = exchangeOf(lasting)
  const add = () =>
    begunBefore.add(
      'name',
      exchange,
      { data: {}, extensions: extensionsOf(made) },
      account.stored.count,
      response,
    )
  add()
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(1100)
  expect(vi.getTimerCount()).toBe(0)
  vi.setSystemTime(made)
  add()
  expect(begunBefore.find('name', account)).toBeDefined()
  begunBefore[Symbol.dispose]()
  expect(begunBefore.find('name', account)).toBeUndefined()
  // For a millisecond the time is known without the clock.
  vi.advanceTimersByTime(1)
  expect(vi.getTimerCount()).toBe(0)
})
