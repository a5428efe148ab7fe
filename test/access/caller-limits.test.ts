import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { scopes } from '../../src/access/scopes.ts'
import { CallerLimits } from '../../src/server/limits/caller-limits.ts'
import { openLocalCallCounter } from '../../src/upstream/rate-limit/call-counter.ts'
import { systemClock } from '../../src/upstream/rate-limit/quota-period.ts'
import { askText } from '../support/client.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'
import { handClock } from '../upstream/rate-limit/clock.ts'

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const pages = (number: number) =>
  `{ website(by: { zenovayId: "${uuid(number)}" }) { views(first: 1) { leftOut } } }`

function send({ origin }: CallersServed, caller: string, query = '{ __typename }', headers = {}) {
  return fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...as(scopes, caller), ...headers },
    body: JSON.stringify({ query }),
  })
}

test('requests above the limit of a minute are 429 and told as the draft says, and others are not held up', async () => {
  await using served = await serveCallers({
    environment: { ISOTHERM_CORS_ORIGINS: 'https://app.example' },
    limits: { busy: { requestsPerMinute: 3 } },
  })
  const left: (string | null)[] = []
  for (let number = 0; number < 3; number++) {
    const response = await send(served, 'busy')
    expect(response.status).toBe(200)
    expect(response.headers.get('ratelimit-policy')).toBe('"minute";q=3;w=60')
    left.push(response.headers.get('ratelimit'))
  }
  expect(left).toEqual(['"minute";r=2;t=60', '"minute";r=1;t=60', '"minute";r=0;t=60'])
  const origin = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }
  const refused = await send(served, 'busy', '{ locations(first: 1) { nodes { id } } }', origin)
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })
  expect(refused.headers.get('ratelimit')).toMatch(/^"minute";r=0;t=(5\d|60)$/)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50)
  const exposed = refused.headers.get('access-control-expose-headers')
  for (const name of ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Cost-Estimated'])
    expect(exposed?.split(', ')).toContain(name)
  const other = await send(served, 'other')
  expect(other.status).toBe(200)
  expect(other.headers.get('ratelimit')).toBeNull()
})

test('the calls of an hour fail before the vendor is called, for that caller and provider only', async () => {
  await using served = await serveCallers({
    environment: { ISOTHERM_CACHE_BYTES: '10000000' },
    limits: { small: { upstreamCallsPerHour: { zenovay: 2 } } },
  })
  const { journal } = served.sandbox.zenovay
  const ask = (caller: string, query: string) =>
    askText(served.origin, query, {}, { headers: as(scopes, caller) })
  const shop = '{ website(by: { id: "shop" }) { views(first: 1) { nodes { path } } } }'
  const first = await ask('small', shop)
  expect(first.errors).toEqual([])
  await ask('small', pages(1))
  expect(journal.count()).toBe(2)
  const limited = await ask('small', pages(2))
  expect(limited.status).toBe(200)
  expect(limited.errors).toMatchObject([
    {
      path: ['website', 'views'],
      extensions: { code: 'RATE_LIMITED', provider: 'zenovay', retryable: true, retryAfterSeconds: 3600 },
    },
  ])
  expect(limited.upstream.zenovay).toMatchObject({ planned: 1, made: 0 })
  expect(journal.count()).toBe(2)
  // What is cached is still served, and other vendors and callers are asked.
  expect(await ask('small', shop)).toMatchObject({ data: first.data, errors: [] })
  const snapshots = await ask('small', '{ snapshots(viewName: "/pricing", first: 1) { id } }')
  expect(snapshots.errors).toEqual([])
  await ask('other', pages(2))
  expect(journal.count()).toBe(3)
})

const dear = '{ locations(first: 100) { nodes { id name } } }'

test('what operations cost is told, and above the limit of a minute refused where that is enforced', async () => {
  const limits = { thrifty: { costPerMinute: 250 } }
  for (const mode of ['measure', 'enforce'] as const) {
    await using served = await serveCallers({ environment: { ISOTHERM_COST_MODE: mode }, limits })
    const first = await send(served, 'thrifty', dear)
    const cost = Number(first.headers.get('x-cost-estimated'))
    expect(cost).toBeGreaterThan(90)
    expect(cost).toBeLessThan(250)
    expect(first.headers.get('x-cost-max')).toBe('400000')
    expect(first.headers.get('ratelimit-policy')).toBe('"cost";q=250;w=60')
    const left = Number(/"cost";r=(\d+);t=60/.exec(first.headers.get('ratelimit') ?? '')?.[1])
    // Counted in hundredths of the limit.
    expect(Math.abs(left - (250 - cost))).toBeLessThanOrEqual(3)
    for (const _ of [1, 2]) await send(served, 'thrifty', dear)
    const last = await send(served, 'thrifty', dear)
    const { data, errors } = await last.json()
    if (mode === 'measure') {
      expect(last.status).toBe(200)
      expect(errors).toBeUndefined()
    } else {
      expect(last.status).toBe(429)
      expect(data).toBeUndefined()
      expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
      expect(last.headers.get('retry-after')).toBe('60')
    }
    // What is cheap still fits.
    expect((await send(served, 'thrifty')).status).toBe(200)
  }
})

test('what other instances have spent since is refused too, and what never fits without a wait', async () => {
  const windows = [{ calls: 100, milliseconds: 60_000 }]
  const shared = openLocalCallCounter({ windows }, systemClock)
  // Has not seen yet that others use it.
  using limits = new CallerLimits({
    open: () => ({ ...shared, left: 100, [Symbol.dispose]() {} }),
    [Symbol.dispose]() {},
  })
  const caller = { id: 'thrifty', scopes: new Set(scopes), limits: { costPerMinute: 1000 } }
  const spend = (cost: number, mode: 'measure' | 'enforce' = 'enforce') =>
    limits.spend(caller, cost, new ServerResponse(new IncomingMessage(new Socket())), mode)
  expect(await spend(1001)).toEqual({
    message: expect.stringContaining('ask for less'),
    headers: { 'retry-after': '60' },
  })
  expect(await spend(600)).toBeUndefined()
  const refused = await spend(600)
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(50)
  expect(await spend(600, 'measure')).toBeUndefined()
})

test.each(['enforce', 'measure'] as const)(
  'to %s, what others have spent is forgotten once its minute is over',
  async mode => {
    const clock = handClock()
    const windows = [{ calls: 100, milliseconds: 60_000 }]
    const shared = openLocalCallCounter({ windows }, clock)
    // What an instance sees is as old as its last try.
    let windowRooms = shared.windowRooms
    const take = async (ahead: number, calls?: number) => {
      const refusal = await shared.take(ahead, calls)
      windowRooms = shared.windowRooms
      return refusal
    }
    using limits = new CallerLimits({
      open: () => ({
        ...shared,
        take,
        get left() {
          return windowRooms[0]?.left ?? null
        },
        [Symbol.dispose]() {},
      }),
      [Symbol.dispose]() {},
    })
    const caller = { id: 'thrifty', scopes: new Set(scopes), limits: { costPerMinute: 1000 } }
    const spend = async (cost: number) => {
      const response = new ServerResponse(new IncomingMessage(new Socket()))
      const refused = await limits.spend(caller, cost, response, mode)
      return { refused, told: response.getHeader('ratelimit') }
    }
    await shared.take(0, 100)
    expect(await spend(100)).toMatchObject({
      refused: mode === 'enforce' ? { headers: { 'retry-after': '60' } } : undefined,
      told: '"cost";r=0;t=60',
    })
    clock.move(61_000)
    expect(await spend(100)).toEqual({ refused: undefined, told: '"cost";r=900;t=60' })
    // What is measured counts up to the limit, and no further.
    await shared.take(0, 85)
    await spend(100)
    expect(shared.windowRooms[0]?.left).toBe(mode === 'enforce' ? 5 : 0)
  },
)

test('a sum of many small operations is counted, though each is less than a part of the limit', async () => {
  await using served = await serveCallers({
    environment: { ISOTHERM_COST_MODE: 'enforce' },
    limits: { patient: { costPerMinute: 1000 } },
  })
  const small = '{ locations(first: 1) { nodes { id } } }'
  const first = await send(served, 'patient', small)
  const cost = Number(first.headers.get('x-cost-estimated'))
  expect(cost).toBeLessThan(10)
  for (let sent = 1; sent < 100; sent++) await send(served, 'patient', small)
  const last = await send(served, 'patient')
  const left = Number(/"cost";r=(\d+)/.exec(last.headers.get('ratelimit') ?? '')?.[1])
  expect(Math.abs(left - (1000 - 100 * cost))).toBeLessThanOrEqual(10)
})

const range = '{ start: "2026-08-03T00:00:00Z", end: "2026-08-03T06:00:00Z" }'

test.each<{ query: string; less: number }>([
  // As many rows as were estimated.
  { query: '{ locations(first: 2) { nodes { id ...On } } } fragment On on Location { id name }', less: 0 },
  { query: '{ brand(id: 1234) { id } providers { name } }', less: 0 },
  { query: '{ nodes(ids: ["Location:ginza", "Website:shop"]) { ... on Location { name } id } }', less: 0 },
  // Twelve locations of a hundred.
  { query: '{ locations(first: 100) { nodes { name } } }', less: 88 },
  // A bucket for each of six hours, and a metric that was asked.
  {
    query: `{ location(by: { id: "oxford-street" }) { traffic(range: { utc: ${range} }, metrics: [VISITS]) { columns { values } } } }`,
    less: 0,
  },
  { query: '{ nodes(ids: ["Location:none", "Website:shop"]) { id } }', less: 1 },
])('what a response held is told beside the estimate: $query', async ({ query, less }) => {
  await using served = await serveCallers({ limits: { busy: { requestsPerMinute: 100 } } })
  const { headers } = await send(served, 'busy', query)
  const [estimated, actual] = ['estimated', 'actual'].map(name => Number(headers.get(`x-cost-${name}`)))
  expect(estimated).toBeGreaterThan(0)
  expect(actual).toBe((estimated ?? 0) - less)
  const other = await send(served, 'other', query)
  expect(other.headers.get('x-cost-actual')).toBeNull()
})

test('a dry run has cost nothing, so it tells the estimate alone', async () => {
  await using served = await serveCallers({ limits: { busy: { costPerMinute: 1000 } } })
  const dry = { 'isotherm-explain': 'plan' }
  const { status, headers } = await send(served, 'busy', '{ locations(first: 2) { nodes { id } } }', dry)
  expect(status).toBe(200)
  const told = ['x-cost-estimated', 'x-cost-actual', 'ratelimit'].map(name => headers.get(name))
  expect(told).toEqual(['3', null, '"cost";r=1000;t=60'])
})
