import { Agent, get, type IncomingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { networkOf } from '../../src/server/limits/address-counters.ts'
import { bearer, serveGuarded, someCaller } from '../support/guarded.ts'
import { serve } from '../support/serving.ts'

const caller = someCaller('app', ['acme'])
const access = { accounts: [{ id: 'acme' }], callers: [caller.entry] }
const strangers = {
  ISOTHERM_ANONYMOUS: 'traffic:read',
  ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS: '3',
  ISOTHERM_ANONYMOUS_REQUESTS: '5',
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** One of the addresses of this machine. */
function ask(
  origin: string,
  localAddress: string,
  { headers = {}, query = '{__typename}' }: { readonly headers?: object; readonly query?: string } = {},
): Promise<Answer> {
  const agent = new Agent({ keepAlive: false })
  return new Promise((resolve, reject) => {
    const url = `${origin}/graphql?query=${encodeURIComponent(query)}`
    get(url, { agent, localAddress, headers: { accept: 'application/json', ...headers } }, async response => {
      const body = (await response.setEncoding('utf8').toArray()).join('')
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
    }).once('error', reject)
  })
}

const Errors = z.object({
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).default([]),
})

const together = 'All who show no credential together'

function codesOf(body: string): readonly string[] {
  return Errors.parse(JSON.parse(body)).errors.map(({ extensions: { code } }) => code)
}

test.each([
  ['without an access file', () => serve({ environment: strangers })],
  ['beside callers', () => serveGuarded(access, { environment: strangers })],
])('%s strangers have limits, each address its own and all one together', async (_name, start) => {
  await using served = await start()
  const [one, other, third] = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
  const first = await ask(served.origin, one)
  expect(first.headers).toMatchObject({
    'ratelimit-policy': '"address";q=3;w=60, "minute";q=5;w=60',
    ratelimit: '"address";r=2;t=60, "minute";r=4;t=60',
  })
  expect((await ask(served.origin, one)).status).toBe(200)
  expect((await ask(served.origin, one)).status).toBe(200)
  for (let time = 0; time < 4; time++) {
    const refused = await ask(served.origin, one)
    expect(refused.status).toBe(429)
    expect(JSON.parse(refused.body)).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50)
  }
  // A flood that was refused has used nothing of what all have together.
  for (const address of [other, third]) expect((await ask(served.origin, address)).status).toBe(200)
  const last = await ask(served.origin, other)
  expect(last.status).toBe(429)
  expect(last.body).toContain(together)
  expect(last.headers.ratelimit).toMatch(/^"address";r=1;t=60, "minute";r=0;t=(5\d|60)$/)
})

test('strangers who come through a proxy, all from its address, are one line of the log', async () => {
  for (const headers of [{ 'x-forwarded-for': '192.0.2.7' }, { forwarded: 'for=192.0.2.7' }]) {
    await using served = await serve({ environment: strangers })
    const lines = () => served.log.filter(line => line.includes('ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS'))
    await ask(served.origin, '127.0.0.1')
    expect(lines()).toEqual([])
    for (let time = 0; time < 3; time++) await ask(served.origin, '127.0.0.1', { headers })
    expect(lines()).toEqual([expect.stringContaining('behind a proxy')])
    expect(served.log.join()).not.toContain('192.0.2.7')
  }
  await using unlimited = await serve({
    environment: { ...strangers, ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS: '0' },
  })
  await ask(unlimited.origin, '127.0.0.1', { headers: { 'x-forwarded-for': '192.0.2.7' } })
  expect(unlimited.log.join()).not.toContain('proxy')
})

test('a caller with a key is not counted among strangers, and 0 is no limit', async () => {
  const environment = {
    ...strangers,
    ISOTHERM_ANONYMOUS_REQUESTS: '1',
    ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS: '0',
  }
  await using guarded = await serveGuarded(access, { environment })
  expect((await ask(guarded.origin, '127.0.0.1')).headers.ratelimit).toBe('"minute";r=0;t=60')
  const refused = await ask(guarded.origin, '127.0.0.1')
  expect(refused.status).toBe(429)
  expect(refused.body).toContain(together)
  for (let time = 0; time < 3; time++) {
    const { status, headers } = await ask(guarded.origin, '127.0.0.1', { headers: bearer(caller.key) })
    expect([status, headers.ratelimit]).toEqual([200, undefined])
  }
})

test('what strangers spend and the calls that they cause are bounded for all of them together, beside callers', async () => {
  const environment = {
    ISOTHERM_ANONYMOUS: 'pages:read',
    ISOTHERM_ANONYMOUS_COST: '250',
    ISOTHERM_ANONYMOUS_CALLS: 'zenovay:1, datadog:7',
    ISOTHERM_COST_MODE: 'enforce',
    ISOTHERM_CACHE_BYTES: '0',
  }
  const reader = someCaller('reader', ['acme'], { scopes: ['pages:read'] })
  await using served = await serveGuarded({ ...access, callers: [reader.entry] }, { environment })
  const { journal } = served.sandbox.zenovay
  const shop = '{ website(by: { id: "shop" }) { views(first: 1) { nodes { path } } } }'
  const send = async (query: string, headers = {}) => {
    const answer = await ask(served.origin, '127.0.0.1', { headers, query })
    return { ...answer, codes: codesOf(answer.body) }
  }
  expect(await send(shop)).toMatchObject({ status: 200, codes: [] })
  expect(journal.count()).toBe(1)
  const refused = await send(shop)
  expect(refused).toMatchObject({ status: 200, codes: ['RATE_LIMITED'] })
  expect(refused.body).toContain(`${together} may make 1 call to zenovay`)
  expect(journal.count()).toBe(1)
  expect(await send(shop, bearer(reader.key))).toMatchObject({ status: 200, codes: [] })
  expect(journal.count()).toBe(2)
  const dear = '{ locations(first: 100) { nodes { id name } } }'
  const answers = [await send(dear), await send(dear), await send(dear)]
  expect(answers.at(-1)).toMatchObject({ status: 429, codes: ['RATE_LIMITED'] })
  expect(answers.at(-1)?.body).toContain(`${together} may spend 250`)
  expect(await send(dear, bearer(reader.key))).toMatchObject({ status: 200, codes: [] })
})

test('an IPv6 address counts by its first 64 bits, however it is written, and an IPv4 address by all of them', () => {
  const parts = fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 })
  const spell = (groups: readonly number[]) => {
    const address = groups.map(group => group.toString(16)).join(':')
    return [address, address.toUpperCase(), address.replace(/(^|:)0(:0)+(:|$)/, '::'), `${address}%eth0`]
  }
  fc.assert(
    fc.property(parts, parts, parts, (network, host, otherHost) => {
      const spelled = [host, otherHost].flatMap(end => spell([...network, ...end]))
      expect(new Set(spelled.map(networkOf)).size).toBe(1)
      const next = network.with(3, (Number(network[3]) + 1) & 0xffff)
      expect(networkOf(spell([...next, ...host])[0] ?? '')).not.toBe(networkOf(spelled[0] ?? ''))
    }),
  )
  fc.assert(
    fc.property(fc.ipV4(), address => {
      expect(networkOf(address)).toBe(address)
      expect(networkOf(`::ffff:${address}`)).toBe(address)
    }),
  )
})
