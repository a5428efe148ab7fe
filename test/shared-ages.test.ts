import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { anyone } from '../src/access/caller.ts'
import { openAccount } from '../src/account.ts'
import { Catalog } from '../src/catalog/catalog.ts'
import { readConfig } from '../src/config/config.ts'
import type { EnteredExchange } from '../src/server/front-door.ts'
import { TextBody } from '../src/server/response-body.ts'
import { SharedResponses } from '../src/server/shared-responses.ts'
import { Usage } from '../src/upstream/source/usage.ts'
import { WaitClock } from '../src/upstream/wait-clock.ts'

const account = openAccount(readConfig({}).providers, new Catalog())
const made = Date.UTC(2026, 10, 29, 12)

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: made }))
afterEach(() => void vi.useRealTimers())

function exchangeOf(oldest: number): EnteredExchange {
  const request = new IncomingMessage(new Socket())
  const usage = new Usage()
  usage.noteAge(oldest, false)
  return {
    request,
    response: new ServerResponse(request),
    target: { path: '/graphql', query: '', host: undefined, isAbsolute: false },
    record: {
      id: 'some',
      method: 'POST',
      startedAt: 0,
      waiting: new WaitClock(),
      traceparent: undefined,
      used: () => [{ provider: 'zenovay', usage }],
      isLasting: () => true,
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

function kept(oldest: number, extensions: Readonly<Record<string, unknown>> = extensionsOf(oldest)) {
  const responses = new SharedResponses(1_000_000)
  const exchange = exchangeOf(oldest)
  const name = responses.nameOf(exchange, 'text')
  responses.add(name, exchange, { data: {}, extensions }, account.stored.count, response)
  return () => responses.find(name, account)
}

test('a response is shared until an age in it is another one, and for a second at most', () => {
  const ages = fc.integer({ min: 0, max: 5000 })
  const later = fc.integer({ min: -1500, max: 2500 })
  fc.assert(
    fc.property(ages, later, (age, passed) => {
      vi.setSystemTime(made)
      const find = kept(made - age)
      vi.setSystemTime(made + passed)
      const isSameAge = Math.floor((age + passed) / 1000) === Math.floor(age / 1000)
      expect(find() !== undefined).toBe(passed >= 0 && passed < 1000 && isSameAge)
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
  expect(kept(made, extensionsOf(made, told))()).toBeUndefined()
})

test('a response without extensions is not kept, nor one that tells of no vendor', () => {
  expect(kept(made, {})()).toBeUndefined()
  expect(kept(made, { upstream: {}, freshness: {} })()).toBeUndefined()
})

test('nothing is shared once anything was stored for the account, and memory has a bound', () => {
  const find = kept(made)
  expect(find()).toBeDefined()
  account.stored.count++
  expect(find()).toBeUndefined()
  const small = new SharedResponses(10_000)
  const exchange = exchangeOf(made)
  const names = Array.from({ length: 20 }, (_, index) => small.nameOf(exchange, `text ${index}`))
  const result = { data: {}, extensions: extensionsOf(made) }
  for (const name of names) small.add(name, exchange, result, account.stored.count, response)
  const left = names.filter(name => small.find(name, account))
  expect(left.length).toBeGreaterThan(0)
  expect(left.length).toBeLessThan(10)
})
