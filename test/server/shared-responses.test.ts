import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { scopes } from '../../src/access/scopes.ts'
import { SharedResponses } from '../../src/server/graphql/shared-responses.ts'
import type { RequestRecord } from '../../src/server/http/request-record.ts'
import { CallerLimits } from '../../src/server/limits/caller-limits.ts'
import { madeUpOperations } from '../access/made-up-operations.ts'
import { askText } from '../support/client.ts'
import { bearer, serveGuarded, someCaller } from '../support/guarded.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'

const find = vi.spyOn(SharedResponses.prototype, 'find')
// However long a request takes, it is within the second of the one before.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => {
  vi.useRealTimers()
  find.mockClear()
})

/** How many requests got a response that was made for another one. */
function sharedCount(): number {
  return find.mock.results.filter(({ value }) => value !== undefined).length
}

const pages = '{ website(by: { id: "shop" }) { views(first: 3) { nodes { path totalInteractions } } } }'
const trafficOf = (day: string) =>
  `{ location(by: { id: "oxford-street" }) { traffic(range: { utc: { start: "${day}T00:00:00Z", end: "${day}T02:00:00Z" } }) { total } } }`
const cached = { ISOTHERM_CACHE_BYTES: '100000000' }

/** A header by which a response is computed each time. */
const computed = { 'apollo-federation-include-trace': 'ftv1' }

describe('for callers of one account', () => {
  let served: CallersServed
  const records: RequestRecord[] = []

  beforeAll(async () => {
    const plenty = { perMinute: 10_000, perHour: 10_000, perMonth: 100_000 }
    served = await serveCallers({
      environment: {
        ...cached,
        POSTHOG_PER_MINUTE: '10000',
        POSTHOG_PER_HOUR: '10000',
        ZENOVAY_PLAN: 'enterprise',
        ISOTHERM_COST_MODE: 'enforce',
      },
      sandbox: { zenovay: plenty, posthog: plenty },
      limits: {
        limited: { requestsPerMinute: 4 },
        spending: { costPerMinute: 500 },
        told: { costPerMinute: 1_000_000 },
        overtaken: { costPerMinute: 1_000_000 },
        spent: { costPerMinute: 500 },
      },
      observers: [{ end: record => void records.push(record) }],
    })
  })
  afterAll(() => served[Symbol.asyncDispose]())

  const ask = (query: string, headers: Record<string, string> = {}) =>
    askText<unknown>(served.origin, query, {}, { headers })

  /** Asks until the cache has all of it, and once more. */
  async function askTwice(query: string, headers: Record<string, string> = {}) {
    await ask(query, headers)
    await ask(query, headers)
    find.mockClear()
    return [await ask(query, headers), await ask(query, headers)] as const
  }

  test('equal requests get equal bytes, and what was computed for each says the same', async () => {
    const [one, other] = await askTwice(pages)
    expect(sharedCount()).toBeGreaterThan(0)
    expect(other.upstream).toMatchObject({ zenovay: { planned: 1, made: 0, cached: 1 } })
    expect({ ...other, text: '', freshness: {} }).toEqual({ ...one, text: '', freshness: {} })
  })

  test('whatever is asked, with whichever scopes, shared bytes say what would have been computed', async () => {
    let shared = 0
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(madeUpOperations, fc.constantFrom(pages, trafficOf('2026-08-03'))),
        fc.subarray([...scopes]),
        fc.subarray([...scopes]),
        async (query, some, others) => {
          for (const allowed of [some, others, some]) {
            const [, bytes] = await askTwice(query, as(allowed))
            shared += sharedCount()
            const { extensions, ...whole } = await ask(query, { ...as(allowed), ...computed })
            const { ftv1: _trace, ...told } = extensions
            const plain = { ...whole, extensions: told }
            expect(withoutTime(bytes)).toEqual(withoutTime(plain))
          }
        },
      ),
      { numRuns: 25, endOnFailure: true },
    )
    expect(shared).toBeGreaterThan(10)
  })

  test.each([
    ['errors', '{ website(by: { id: "shop" }) { views { nodes { path } } } view(by: { id: "x" }) { id } }'],
    ['a state of this process', `{ providers { name quotaLeft } ${pages.slice(1)}`],
    ['what a mutation may change', '{ snapshots(viewName: "/pricing", first: 2) { id name } }'],
    ['nothing of a vendor', '{ locations(first: 2) { nodes { id } } }'],
  ])('a response that tells %s is computed each time', async (_what, query) => {
    await askTwice(query)
    expect(sharedCount()).toBe(0)
  })

  test('a mutation is run each time', async () => {
    const { journal } = served.sandbox.datadog
    const before = journal.calls.length
    const mutation = 'mutation { deleteSnapshot(input: { id: "none" }) { __typename } }'
    await askTwice(mutation)
    expect(sharedCount()).toBe(0)
    expect(journal.calls.length - before).toBeGreaterThanOrEqual(4)
  })

  test('what changes the response is told apart: accept, a dry run, costs, the host of links, the caller', async () => {
    await askTwice(pages)
    const differing = [
      { accept: 'application/json' },
      { 'isotherm-explain': 'plan' },
      { 'isotherm-explain': 'cost' },
      as(['traffic:read']),
    ]
    for (const headers of differing) {
      find.mockClear()
      const { data, extensions } = await ask(pages, headers)
      expect(sharedCount()).toBe(0)
      if (headers['isotherm-explain'] === 'plan') expect(extensions).toHaveProperty('plan')
      else if (headers['isotherm-explain'] === 'cost') expect(extensions).toHaveProperty('cost')
      else if ('test-scopes' in headers) expect(data).toEqual({ website: { views: null } })
    }
  })

  test('nothing is shared once anything was stored since', async () => {
    await askTwice(pages)
    await ask(trafficOf('2026-06-10'))
    find.mockClear()
    await ask(pages)
    expect(sharedCount()).toBe(0)
  })

  test('each request counts against its caller, has its own id and tells its cost', async () => {
    await askTwice(pages)
    const limited = as(scopes, 'limited')
    const statuses: number[] = []
    for (let time = 0; time < 5; time++) statuses.push((await askRaw(limited)).status)
    expect(statuses).toEqual([200, 200, 200, 200, 429])
    const told = as(scopes, 'told')
    const [first, second] = [await askRaw(told, 'one'), await askRaw(told, 'two')]
    expect(first.headers.get('x-request-id')).toBe('one')
    expect(second.headers.get('x-request-id')).toBe('two')
    for (const name of ['x-cost-estimated', 'x-cost-actual', 'x-cost-max'])
      expect([name, second.headers.get(name)]).toEqual([name, first.headers.get(name)])
    expect(first.headers.get('x-cost-actual')).not.toBeNull()
    expect(second.headers.get('server-timing')).toMatch(/^total;dur=[\d.]+$/)
  })

  test('a caller that has spent its costs is refused what others share', async () => {
    const spending = as(scopes, 'spending')
    const answers: { status: number; body: string }[] = []
    for (let time = 0; time < 60; time++) {
      const response = await askRaw(spending)
      answers.push({ status: response.status, body: await response.text() })
    }
    const last = answers.at(-1)
    expect(answers[0]?.status).toBe(200)
    expect(last?.status).toBe(429)
    expect(last?.body).toContain('RATE_LIMITED')
    expect(sharedCount()).toBeGreaterThan(0)
  })

  test('a refusal of what others share is as if nobody did', async () => {
    const spent = { ...as(scopes, 'spent'), 'isotherm-explain': 'cost' }
    let status = 200
    for (let time = 0; time < 60 && status === 200; time++) status = (await askRaw(spent)).status
    expect(status).toBe(429)
    const refusal = async () => {
      const response = await askRaw(spent)
      const { operation, estimatedCost, actualCost, used } = records.at(-1) ?? expect.unreachable()
      const headers = ['x-cost-estimated', 'x-cost-actual', 'ratelimit-policy'].map(name =>
        response.headers.get(name),
      )
      const noted = [operation?.document, estimatedCost, actualCost, used?.().length]
      return { status: response.status, headers, body: await response.json(), noted }
    }
    find.mockClear()
    const one = await refusal()
    expect(one).toMatchObject({ status: 429, body: { extensions: { cost: {} } } })
    expect(sharedCount()).toBe(1)
    find.mockReturnValueOnce(undefined)
    expect(await refusal()).toEqual(one)
  })

  test('what is stored while a request is charged ends sharing for it, and it is charged once', async () => {
    const overtaken = as(scopes, 'overtaken')
    await askTwice(pages, overtaken)
    const { spend: charge } = CallerLimits.prototype
    const spend = vi.spyOn(CallerLimits.prototype, 'spend')
    const add = vi.spyOn(SharedResponses.prototype, 'add')
    spend.mockImplementationOnce(async function (this: CallerLimits, ...given) {
      await ask(trafficOf('2026-06-17'))
      add.mockClear()
      return charge.apply(this, given)
    })
    const { data } = await ask(pages, overtaken)
    expect(data).toHaveProperty('website.views.nodes')
    expect(find.mock.results.at(-1)?.value).toBeUndefined()
    expect([add.mock.calls.length, spend.mock.calls.length]).toEqual([1, 1])
    spend.mockRestore()
    add.mockRestore()
  })

  function askRaw(headers: Record<string, string>, id = 'some') {
    return fetch(`${served.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': id, ...headers },
      body: JSON.stringify({ query: pages }),
    })
  }
})

test('what an operator changes is seen by the next request: accounts, scopes, catalogs, keys', async () => {
  const both = someCaller('both', ['one', 'two'])
  const accounts = (name: string) => [
    { id: 'one', variables: 'ONE_', catalog: 'catalog.yaml' },
    { id: 'two', variables: 'TWO_', catalog: `${name}.yaml` },
  ]
  const callers = (allowed: readonly string[]) => [{ ...both.entry, scopes: allowed }]
  const catalogOf = (name: string) =>
    `websites: [{ id: shop, name: ${name}, origin: https://shop.example.com, zenovay: { websiteId: a1b2c3d4-e5f6-7890-abcd-ef1234567890 } }]`
  await using guarded = await serveGuarded(
    { accounts: accounts('first'), callers: callers(scopes) },
    { environment: cached, files: { 'first.yaml': catalogOf('First'), 'second.yaml': catalogOf('Second') } },
  )
  const query = '{ website(by: { id: "shop" }) { name views(first: 1) { nodes { path } } } }'
  const ask = async (account: string) => {
    const { data } = await askText<{ website: { name: string; views: unknown } }>(
      guarded.origin,
      query,
      {},
      { headers: bearer(both.key, account) },
    )
    return data?.website
  }
  const askOften = async () => {
    const answers = [await ask('one'), await ask('two'), await ask('one'), await ask('two')]
    return [answers.at(-2)?.name, answers.at(-1)?.name]
  }
  expect(await askOften()).toEqual(['Shop', 'First'])
  expect(await askOften()).toEqual(['Shop', 'First'])
  expect(sharedCount()).toBeGreaterThan(0)
  await guarded.rewrite({ accounts: accounts('second'), callers: callers(scopes) })
  expect((await ask('two'))?.name).toBe('Second')
  await askOften()
  await guarded.rewrite({ accounts: accounts('second'), callers: callers(['traffic:read']) })
  expect((await ask('two'))?.views).toBeNull()
  await guarded.rewrite({ accounts: accounts('second'), callers: [] })
  const refused = await fetch(`${guarded.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(both.key, 'two') },
    body: JSON.stringify({ query }),
  })
  expect(refused.status).toBe(401)
})

/** Without what is another one from second to second, or signed anew each time. */
function withoutTime({ text: _text, freshness, ...answer }: Awaited<ReturnType<typeof askText>>): unknown {
  const data = JSON.stringify(answer.data)?.replace(/http[^"]*\/images\/[^"]*/g, 'link')
  // Compiled code may meet errors in another order.
  const errors = answer.errors.map(error => JSON.stringify(error)).sort()
  return { ...answer, data, errors, freshness: Object.keys(freshness) }
}
