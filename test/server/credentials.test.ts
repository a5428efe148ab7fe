import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Account, openAccount } from '../../src/account.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import { readConfig } from '../../src/config/config.ts'
import { createContext } from '../../src/context.ts'
import { type Emulator, serveEmulator } from '../../src/sandbox/emulator.ts'
import { openRedis, type RedisConnection } from '../../src/upstream/cache/redis.ts'
import { silentLog } from '../../src/upstream/log.ts'
import { type CallCounters, openCallCounters } from '../../src/upstream/rate-limit/call-counters.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { installRedis, startRedis } from '../support/redis.ts'
import { failureOf } from '../support/wiring.ts'

beforeAll(installRedis, installMilliseconds)

interface Credentials {
  readonly id: string
  readonly secret: string
  readonly audience: string
  /** Of another provider, of which nothing is asked here. */
  readonly apiKey: string
}

const text = fc.stringMatching(/^[ab:,"]{1,3}$/)
const credentials = fc.record({ id: text, secret: text, audience: text, apiKey: text })
/** Two that differ in any part, or only in where one part ends and the next begins. */
const pair = fc
  .oneof(
    fc.tuple(credentials, credentials),
    fc
      .tuple(credentials, fc.constantFrom('id', 'secret', 'audience', 'apiKey'), text)
      .map(([one, part, other]) => [one, { ...one, [part]: other }] as const),
    credentials.map(
      one =>
        [
          { ...one, id: `${one.id}a` },
          { ...one, secret: `a${one.secret}` },
        ] as const,
    ),
  )
  .filter(([one, other]) => nameOf(one) !== nameOf(other))

/** Two that Analytiks tells apart. */
const askers = pair.filter(([one, other]) => askerOf(one) !== askerOf(other))

test('accounts of different credentials share neither a flight nor what is kept in memory', async () => {
  await using upstream = await serveAsker()
  await fc.assert(
    fc.asyncProperty(pair, async ([mine, theirs]) => {
      upstream.journal.clear()
      await using one = open(upstream, mine)
      await using other = open(upstream, theirs)
      await expectApart(upstream, [one, mine], [other, theirs])
    }),
    { numRuns: 40, endOnFailure: true },
  )
}, 60_000)

test('nor in Redis, where accounts of the same credentials do share', async () => {
  await using upstream = await serveAsker()
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  await fc.assert(
    fc.asyncProperty(askers, async ([mine, theirs]) => {
      await redis.flushall()
      upstream.journal.clear()
      await using one = open(upstream, mine, redis)
      await using other = open(upstream, theirs, redis)
      await expectApart(upstream, [one, mine], [other, theirs])
      await expect.poll(() => redis.keys('isotherm:entries:*')).toHaveLength(2)
      await using twin = open(upstream, mine, redis)
      await using otherTwin = open(upstream, theirs, redis)
      expect(await visits(twin)).toBe(numberOf(mine))
      expect(await visits(otherTwin)).toBe(numberOf(theirs))
      expect(upstream.journal.count('POST /json/v2')).toBe(2)
    }),
    { numRuns: 40, endOnFailure: true },
  )
}, 60_000)

test('what is kept in Redis of one provider is the same whatever the credentials for another', async () => {
  await using upstream = await serveAsker()
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  const mine = { id: 'a', secret: 'b', audience: 'c', apiKey: 'd' }
  await using one = open(upstream, mine, redis)
  expect(await visits(one)).toBe(numberOf(mine))
  await expect.poll(() => redis.keys('isotherm:entries:*')).toHaveLength(1)
  await using other = open(upstream, { ...mine, apiKey: 'e' }, redis)
  expect(await visits(other)).toBe(numberOf(mine))
  expect(upstream.journal.count('POST /json/v2')).toBe(1)
})

test('one that is told to wait keeps nobody else waiting', async () => {
  await using upstream = await serveAsker()
  await fc.assert(
    fc.asyncProperty(askers, async ([mine, theirs]) => {
      upstream.journal.clear()
      await using one = open(upstream, mine)
      await using other = open(upstream, theirs)
      await expectOneWaits(upstream, one, [other, theirs])
    }),
    { numRuns: 40, endOnFailure: true },
  )
}, 60_000)

test('nor through Redis, where another instance of the same credentials waits too', async () => {
  await using upstream = await serveAsker()
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  await fc.assert(
    fc.asyncProperty(askers, async ([mine, theirs]) => {
      await redis.flushall()
      upstream.journal.clear()
      await using one = open(upstream, mine, redis)
      await using other = open(upstream, theirs, redis)
      await expectOneWaits(upstream, one, [other, theirs])
      await using twin = open(upstream, mine, redis)
      expect(await failureOf(visits(twin))).toMatchObject({ ...limited, upstreamStatus: undefined })
      expect(upstream.journal.count('POST /json/v2')).toBe(2)
    }),
    { numRuns: 40, endOnFailure: true },
  )
}, 60_000)

test.each([false, true])(
  'accounts of the same credentials in one process wait together until the last of them is closed (Redis: %s)',
  async isShared => {
    await using upstream = await serveAsker()
    await using server = await startRedis()
    using redis = openRedis(server.url, silentLog)
    using counters = openCallCounters(isShared ? redis : undefined)
    const mine = { id: 'a', secret: 'b', audience: 'c', apiKey: 'd' }
    await using other = open(upstream, { ...mine, id: 'e' }, undefined, counters)
    const one = open(upstream, mine, undefined, counters)
    const twin = open(upstream, { ...mine, apiKey: 'f' }, undefined, counters)
    await expectOneWaits(upstream, one, [other, { ...mine, id: 'e' }])
    await one[Symbol.asyncDispose]()
    expect(await failureOf(visits(twin))).toMatchObject({ ...limited, upstreamStatus: undefined })
    await twin[Symbol.asyncDispose]()
    expect(upstream.journal.count('POST /json/v2')).toBe(2)
    await using late = open(upstream, mine, undefined, counters)
    // Redis remembers for those who come later.
    if (isShared) expect(await failureOf(visits(late))).toMatchObject(limited)
    else expect(await visits(late)).toBe(numberOf(mine))
  },
)

const limited = { code: 'UPSTREAM_RATE_LIMITED', provider: 'analytiks' }

/** The first is refused once, and not asked for again; the other is told its own all the same. */
async function expectOneWaits(
  upstream: Emulator,
  one: Account,
  [other, theirs]: readonly [Account, Credentials],
): Promise<void> {
  const answer = { status: 429, headers: { 'retry-after': '1000' } }
  upstream.journal.script({ route: 'POST /json/v2', answer, times: 1 })
  expect(await failureOf(visits(one))).toMatchObject({ ...limited, upstreamStatus: 429 })
  expect(await visits(other)).toBe(numberOf(theirs))
  expect(await failureOf(visits(one))).toMatchObject({ ...limited, upstreamStatus: undefined })
  expect(upstream.journal.count('POST /json/v2')).toBe(2)
}

/** Each of the two is told its own, at once with the other and again, for one call each. */
async function expectApart(
  upstream: Emulator,
  [one, mine]: readonly [Account, Credentials],
  [other, theirs]: readonly [Account, Credentials],
): Promise<void> {
  const told = await Promise.all([visits(one), visits(other), visits(one), visits(other)])
  expect(told).toEqual([mine, theirs, mine, theirs].map(numberOf))
  expect([await visits(one), await visits(other)]).toEqual([mine, theirs].map(numberOf))
  expect(upstream.journal.count('POST /json/v2')).toBe(2)
}

function open(
  { environment }: Emulator,
  mine: Credentials,
  redis?: RedisConnection,
  counters?: CallCounters,
): Account {
  const variables = {
    ...environment,
    ANALYTIKS_CLIENT_ID: mine.id,
    ANALYTIKS_CLIENT_SECRET: mine.secret,
    ANALYTIKS_AUDIENCE: mine.audience,
    ZENOVAY_API_KEY: mine.apiKey,
  }
  return openAccount(readConfig(variables).providers, new Catalog(), {
    redis,
    cacheBytes: 1_000_000,
    ...(counters && { counters }),
  })
}

/** Asks the same of whatever account, as a request of its own. */
async function visits(account: Account): Promise<number | undefined> {
  const { loaders } = createContext(account, new AbortController().signal)
  const report = await loaders.analytiks.traffic.load({
    identity: { locationId: 1 },
    onRefusal: 'PARTIAL',
    span: { form: 'utc', start: Date.UTC(2025, 5, 2), end: Date.UTC(2025, 5, 3) },
    interval: 'hourly',
    timeZone: null,
    metrics: ['visits'],
    withPointsOfInterest: false,
  })
  return report.series('visits').points()[0]?.value
}

/** An Analytiks that knows everybody, and counts for each what nobody else is told. */
function serveAsker(): Promise<Emulator> {
  return serveEmulator({
    provider: 'analytiks',
    routes: {
      'POST /token': ({ body }) => {
        const { client_id: id, client_secret: secret, audience } = Object(body)
        const token = Buffer.from(JSON.stringify([id, secret, audience])).toString('base64url')
        return { body: { access_token: token, expires_in: 86_400, token_type: 'Bearer' } }
      },
      'POST /json/v2': ({ headers }) => {
        const [, token = ''] = headers.authorization?.split(' ') ?? []
        const visits = { '2025-06-02T09:00:00Z': numberOfName(Buffer.from(token, 'base64url').toString()) }
        return { body: { successes: [{ locationId: 1, visits, pointOfInterest: [] }], failures: {} } }
      },
    },
    environment: origin => ({ ANALYTIKS_TOKEN_URL: `${origin}/token`, ANALYTIKS_EXPORTS_URL: origin }),
  })
}

function numberOf(mine: Credentials): number {
  return numberOfName(askerOf(mine))
}

function askerOf({ id, secret, audience }: Credentials): string {
  return JSON.stringify([id, secret, audience])
}

const numbers = new Map<string, number>()

/** One more for each name that was not seen yet. */
function numberOfName(name: string): number {
  return numbers.getOrInsertComputed(name, () => numbers.size + 1)
}

function nameOf({ id, secret, audience, apiKey }: Credentials): string {
  return JSON.stringify([id, secret, audience, apiKey])
}
