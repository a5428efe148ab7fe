import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { SharedResponses } from '../../src/server/graphql/shared-responses.ts'
import { bearer, type Guarded, post, serveGuarded, someCaller } from '../support/guarded.ts'
import { inSeconds, issuerName, startIssuer } from '../support/issuer.ts'

const caller = someCaller('page', ['one', 'two'])
const other = someCaller('other', ['one', 'two'])
const issuer = await startIssuer()
const file = {
  accounts: [
    { id: 'one', catalog: 'one.yaml' },
    { id: 'two', catalog: 'two.yaml' },
  ],
  callers: [caller.entry, other.entry],
  issuers: [{ issuer: issuerName, audience: 'isotherm', jwks: issuer.jwks, algorithms: ['ES256'] }],
}
const files = {
  'one.yaml': 'locations: [{ id: first, name: First }]',
  'two.yaml': 'locations: [{ id: second, name: Second }]',
}
const address = `/graphql?query=${encodeURIComponent('{ locations(first: 1) { nodes { name } } }')}`

let guarded: Guarded
let origin: string

beforeAll(async () => {
  guarded = await serveGuarded(file, { files })
  origin = guarded.origin
})
beforeEach(() => guarded.rewrite(file))
afterAll(async () => {
  await guarded[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})

test('a ticket opens one address by GET for a minute, with the account of its caller', async () => {
  const ticket = await ticketFor(address)
  expect(ticket).toEqual({
    status: 200,
    ticket: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    expiresInSeconds: 60,
    url: `${origin}${address}&ticket=${ticket.ticket}`,
    path: `${address}&ticket=${ticket.ticket}`,
  })
  const response = await get(ticket.url)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ data: { locations: { nodes: [{ name: 'Second' }] } } })
})

test('a request with a ticket that names an account names that of the ticket', async () => {
  const { url } = await ticketFor(address)
  expect((await get(url, { 'isotherm-account': 'two' })).status).toBe(200)
  for (const named of ['one', 'none', 'one, two']) {
    const refused = await get(url, { 'isotherm-account': named })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  }
})

test('a ticket of a token opens it as well, with its scopes and no more', async () => {
  const token = await issuer.sign({ scope: 'pages:read', isotherm_accounts: 'one two', exp: inSeconds(300) })
  const introspection = '/graphql?query={__schema{queryType{name}}}'
  expect((await get((await ticketFor(address, token)).url)).status).toBe(200)
  const refused = await (await get((await ticketFor(introspection, token)).url)).json()
  expect(refused.data?.__schema ?? null).toBe(null)
  const allowed = await (await get((await ticketFor(introspection)).url)).json()
  expect(allowed.data.__schema.queryType.name).toBe('Query')
})

test('a ticket works no longer than the token or the key that it stands for', async () => {
  const token = await issuer.sign({ isotherm_accounts: 'one two', exp: inSeconds(3) })
  const ticket = await ticketFor(address, token)
  expect(ticket.status).toBe(200)
  expect(ticket.expiresInSeconds).toBeLessThanOrEqual(3)
  const claims = JSON.parse(Buffer.from(ticket.ticket.split('.')[1] ?? '', 'base64url').toString())
  expect(claims.exp).toBeLessThanOrEqual(decodeJwt(token).exp ?? 0)
  expect((await get(ticket.url)).status).toBe(200)
  // A token is accepted for five seconds more, as clocks differ, but gives no ticket any more.
  const late = await issuer.sign({ isotherm_accounts: 'one two', exp: inSeconds(-2) })
  expect((await post(origin, bearer(late, 'one'))).status).toBe(200)
  expect((await postTicket({ address }, late)).status).toBe(401)
  const ending = someCaller('ending', ['two'], { expires: new Date(Date.now() + 20_000).toISOString() })
  await guarded.rewrite({ ...file, callers: [caller.entry, ending.entry] })
  expect((await ticketFor(address, ending.key)).expiresInSeconds).toBeLessThanOrEqual(20)
})

test('what a ticket of a token opens is not kept for others, who would not find it', async () => {
  const name = vi.spyOn(SharedResponses.prototype, 'nameOf')
  const token = await issuer.sign({ isotherm_accounts: 'one two', exp: inSeconds(300) })
  expect((await get((await ticketFor(address, token)).url)).status).toBe(200)
  expect(name).not.toHaveBeenCalled()
  expect((await get((await ticketFor(address)).url)).status).toBe(200)
  expect(name).toHaveBeenCalledOnce()
  name.mockRestore()
})

test('an address is opened however a browser spells it, and with GraphiQL on it', async () => {
  const spelled = '/graphql?query={locations(first:1){nodes{name}}}'
  const { url } = await ticketFor(`${spelled}#hash`)
  expect((await get(url)).status).toBe(200)
  const page = await ticketFor('/graphql')
  expect(page.url).toBe(`${origin}/graphql?ticket=${page.ticket}`)
  const response = await get(page.url, { accept: 'text/html' })
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
})

test.each([
  [`${address}&ticket=abc`, address],
  [`${address.replace('?', '?ticket=abc&')}&ticket=def`, address],
  ['/export/pages.csv?ticket=abc', '/export/pages.csv'],
])('an address with an old ticket gets a new one in its place: %s', async (wanted, asked) => {
  const { path, ticket, url } = await ticketFor(wanted)
  expect(path).toBe(`${asked}${asked.includes('?') ? '&' : '?'}ticket=${ticket}`)
  expect((await get(url)).status).not.toBe(401)
})

test.each([
  [
    'of another address',
    async () => `${origin}/graphql?query={__typename}&ticket=${(await ticketFor(address)).ticket}`,
  ],
  ['of more than its address', async () => `${(await ticketFor(address)).url}&operationName=x`],
  ['that is changed', async () => (await ticketFor(address)).url.replace(/ticket=..../, 'ticket=abcd')],
  ['that is empty', async () => `${origin}${address}&ticket=`],
  ['that is an image link', async () => `${origin}${address}&ticket=${await imageHandle()}`],
])('a ticket %s opens nothing', async (_name, url) => {
  const response = await get(await url())
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
})

test('a ticket is for GET only, and stands for no credential beside another', async () => {
  const { url } = await ticketFor(address)
  const body = JSON.stringify({ query: '{ __typename }' })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(401)
  expect((await get(url, bearer(caller.key))).status).toBe(400)
})

test('the ticket of a revoked caller, or of an account that is gone, works no more', async () => {
  const { url } = await ticketFor(address)
  await guarded.rewrite({ ...file, callers: [other.entry] })
  expect((await get(url)).status).toBe(401)
  await guarded.rewrite({ ...file, callers: [{ ...caller.entry, accounts: ['one'] }] })
  const gone = await get(url)
  expect(gone.status).toBe(403)
  expect(await gone.text()).toContain('The ticket is for an account that is no longer yours.')
  const token = await issuer.sign({ isotherm_accounts: ['one', 'two'] })
  await guarded.rewrite(file)
  expect((await get(url)).status).toBe(200)
  const tokens = await ticketFor(address, token)
  await guarded.rewrite({ ...file, issuers: [] })
  expect((await get(tokens.url)).status).toBe(401)
})

test.each([
  ['no address', {}],
  ['a whole URL', { address: 'https://example.com/graphql' }],
  ['an address of elsewhere', { address: '//example.com/graphql' }],
  ['what needs no ticket', { address: '/healthz' }],
  ['an image', { address: '/images/x' }],
  ['itself', { address: '/ticket' }],
  ['nothing known', { address: '/nothing' }],
])('a ticket for %s is refused', async (_name, body) => {
  const response = await postTicket(body, caller.key)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
})

test('a ticket is asked with a credential and the account, as JSON, by a page that may', async () => {
  expect((await postTicket({ address }, undefined)).status).toBe(401)
  expect((await postTicket({ address }, caller.key, {})).status).toBe(400)
  const form = { ...bearer(caller.key, 'one'), 'content-type': 'text/plain' }
  expect((await fetch(`${origin}/ticket`, { method: 'POST', headers: form, body: '{}' })).status).toBe(415)
  expect((await fetch(`${origin}/ticket`)).status).toBe(405)
  const strange = { ...bearer(caller.key, 'one'), origin: 'https://evil.example.com' }
  expect((await postTicket({ address }, caller.key, strange)).status).toBe(403)
})

test('no ticket is in the log', async () => {
  const { url, ticket } = await ticketFor(address)
  await get(url)
  await get(`${origin}/graphql?query={__typename}&ticket=${ticket}`)
  await get(`${origin}/nothing?ticket=${ticket}`)
  expect(guarded.logLines.length).toBeGreaterThan(0)
  expect(guarded.logLines.join()).not.toContain(ticket.slice(-20))
})

function postTicket(
  body: object,
  credential: string | undefined,
  account: Readonly<Record<string, string>> = { 'isotherm-account': 'two' },
): Promise<Response> {
  return fetch(`${origin}/ticket`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(credential && bearer(credential)), ...account },
    body: JSON.stringify(body),
  })
}

async function ticketFor(
  wanted: string,
  credential = caller.key,
): Promise<{
  readonly status: number
  readonly ticket: string
  readonly url: string
  readonly path: string
  readonly expiresInSeconds: number
}> {
  const response = await postTicket({ address: wanted }, credential)
  return { status: response.status, ...(await response.json()) }
}

function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, { headers: { accept: 'application/json', ...headers } })
}

async function imageHandle(): Promise<string> {
  const query =
    '{ website(by: { posthogProjectId: "1" }) { heatmaps(first: 1) { nodes { image(width: 1024) { link } } } } }'
  const { body } = await post(origin, bearer(caller.key, 'one'), query)
  const handle = /\/images\/([\w.-]+)/.exec(JSON.stringify(body))?.[1]
  if (!handle) throw new Error(`There is no link: ${JSON.stringify(body)}`)
  return handle
}
