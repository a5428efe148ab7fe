import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StartProblems } from '../../src/config/config.ts'
import { type Isotherm, startIsotherm } from '../../src/isotherm.ts'
import { variablesOfProviders } from '../support/environments.ts'
import { bearer, post, serveGuarded, someCaller } from '../support/guarded.ts'

const installed = { sandboxByDefault: false }
const made = { PORT: '0', ISOTHERM_SANDBOX: 'on' }
const unguarded = /^ISOTHERM_ACCESS: name a file that says who may ask/

describe('without an access file', () => {
  test.each(['127.0.0.1', 'localhost'])('it is open on %s, whatever is shown to it', async HOST => {
    await using isotherm = await startIsotherm({ ...made, HOST })
    for (const headers of [{}, bearer('anything', 'any')])
      expect(
        (await post(isotherm.origin, headers, '{ __schema { queryType { name } } }')).body,
      ).toMatchObject({
        data: { __schema: {} },
      })
    const response = await fetch(`${isotherm.origin}/ticket`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"address":"/graphql?query={__typename}"}',
    })
    const { url } = await response.json()
    expect((await fetch(url)).status).toBe(200)
  })

  test.each([
    ['for all machines', { HOST: '0.0.0.0' }, {}],
    ['for all machines, by IPv6', { HOST: '::' }, {}],
    ['by a name', { HOST: 'graph.internal' }, {}],
    ['as the installed command', {}, installed],
  ])('it does not start %s', async (_name, environment, options) => {
    await expect(startIsotherm({ ...made, ...environment }, options)).rejects.toMatchObject({
      problems: [expect.stringMatching(unguarded)],
    })
  })

  test.each([
    ['[::1]', /^http:\/\/\[::1\]:\d+$/],
    ['::1', /^http:\/\/\[::1\]:\d+$/],
  ])('it is open on %s as well', async (HOST, origin) => {
    await using isotherm = await startIsotherm({ ...made, HOST })
    expect(isotherm.origin).toMatch(origin)
    expect((await post(isotherm.origin, {})).status).toBe(200)
  })

  test.each([
    ['[2001:db8::1]', '[2001:db8::1]:0 cannot be listened on (EADDRNOTAVAIL)'],
    [
      'no-such-host.invalid',
      expect.stringMatching(/^no-such-host\.invalid:0 cannot be listened on \(E\w+\)$/),
    ],
  ])('the address of another machine is told as such: %s', async (HOST, told) => {
    const starting = startIsotherm({ ...made, HOST, ISOTHERM_ANONYMOUS: 'traffic:read' })
    const error = await starting.catch((error: unknown) => error)
    const problems = error instanceof StartProblems ? error.problems : []
    expect(problems.map(problem => problem.split(': set '))).toEqual([
      [told, 'HOST and PORT to an address of this machine'],
    ])
  })

  test('that it does not start is told with all else that is wrong', async () => {
    const environment = { PORT: 'none', ISOTHERM_CATALOG: 'nowhere.yaml' }
    await expect(startIsotherm(environment, installed)).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/^PORT: /),
        expect.stringMatching(/^No provider is configured/),
        expect.stringMatching(/^nowhere\.yaml: /),
        expect.stringMatching(unguarded),
      ],
    })
  })

  test.each([
    ['on loopback', {}],
    ['as the installed command', installed],
  ])('strangers may do what ISOTHERM_ANONYMOUS lists, %s', async (_name, options) => {
    await using isotherm = await startIsotherm({ ...made, ISOTHERM_ANONYMOUS: 'traffic:read' }, options)
    await expectStrangers(isotherm)
  })

  test('a scope that is none keeps it from starting', async () => {
    await expect(startIsotherm({ ...made, ISOTHERM_ANONYMOUS: 'traffic:read,all' })).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/^ISOTHERM_ANONYMOUS: must be a comma-separated list of traffic:read, /),
      ],
    })
  })
})

describe('with an access file', () => {
  const caller = someCaller('app', ['one'])
  const environment = { ISOTHERM_ANONYMOUS: 'traffic:read' }

  test('strangers have the scopes of ISOTHERM_ANONYMOUS for its one account, and no wrong key has', async () => {
    await using guarded = await serveGuarded(
      { accounts: [{ id: 'one' }], callers: [caller.entry] },
      { environment },
    )
    await expectStrangers(guarded.isotherm)
    expect((await post(guarded.origin, bearer('wrong'))).status).toBe(401)
    // Who forgot a word is no stranger; what a proxy adds for itself is no credential.
    expect((await post(guarded.origin, { authorization: caller.key })).status).toBe(401)
    expect((await post(guarded.origin, { authorization: 'Basic aXNvXw==' })).status).toBe(200)
    const { status } = await fetch(`${guarded.origin}/ticket`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"address":"/graphql"}',
    })
    expect(status).toBe(401)
  })

  test('strangers may enter none of several accounts', async () => {
    await using guarded = await serveGuarded(
      { accounts: [{ id: 'one' }, { id: 'two' }], callers: [caller.entry] },
      { environment },
    )
    for (const account of [undefined, 'one'])
      expect((await post(guarded.origin, account ? { 'isotherm-account': account } : {})).status).toBe(401)
  })

  test('it starts as the installed command', async () => {
    const file = { accounts: [{ id: 'one' }], callers: [caller.entry] }
    await using guarded = await serveGuarded(file, { sandboxByDefault: false })
    expect((await post(guarded.origin, bearer(caller.key))).status).toBe(200)
  })

  test('everything wrong with it, its catalogs, documents and variables is told at once', async () => {
    const file = {
      accounts: [
        { id: 'one', catalog: 'none.yaml', variables: 'ONE_' },
        { id: 'two', documents: 'catalog.yaml', variables: 'EMPTY_' },
      ],
    }
    await expect(
      serveGuarded(file, { environment: { ONE_ZENOVAY_PLAN: 'free', HOST: '', ISOTHERM_MAX_COST: '0' } }),
    ).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/^ISOTHERM_MAX_COST: /),
        expect.stringMatching(/^ONE_ZENOVAY_PLAN: /),
        expect.stringMatching(/none\.yaml: the catalog cannot be read \(ENOENT\)$/),
        expect.stringMatching(/variables of a provider that begin with EMPTY_ /),
        expect.stringMatching(/catalog\.yaml: the manifest of documents is not JSON$/),
      ],
    })
    await expect(
      startIsotherm({ ...made, ISOTHERM_ACCESS: join('nowhere', 'access.yaml') }),
    ).rejects.toMatchObject({
      problems: ['nowhere/access.yaml: the access file cannot be read (ENOENT)'],
    })
  })

  test('a mistake that thousands of callers share is told a thousand times', async () => {
    const shared = `[${'x, '.repeat(13)}]`
    const callers = Array.from(
      { length: 10_000 },
      (_, index) => `  - { id: c${index}, accounts: [one], scopes: ${index === 0 ? `&s ${shared}` : '*s'} }`,
    )
    const text = ['accounts: [{ id: one }]', 'callers:', ...callers].join('\n')
    const { problems } = await problemsOfStart(text)
    expect(problems).toHaveLength(1001)
    expect(problems[999]).toMatch(/access\.yaml:79: callers\.c76\.scopes\.11: must be one of /)
    expect(problems[1000]).toMatch(/access\.yaml: 129000 more mistakes$/)
  })

  test('of several accounts, those without a vendor are named', async () => {
    const file = {
      accounts: [{ id: 'one', variables: 'ONE_' }, { id: 'two' }, { id: 'three', variables: 'THREE_' }],
    }
    await expect(
      serveGuarded(file, {
        environment: { ISOTHERM_SANDBOX: undefined, ...withoutOwnVendors },
        sandboxByDefault: false,
      }),
    ).rejects.toMatchObject({
      problems: [
        expect.stringMatching(
          /^No provider is configured for the account two in \/.+\/access\.yaml and the sandbox is off: set the variables of a provider \(/,
        ),
        expect.stringMatching(
          /^No provider is configured for the account three in .+: set the variables of a provider that begin with THREE_ /,
        ),
      ],
    })
  })

  test('an account without vendors follows the rules of the sandbox', async () => {
    const file = { accounts: [{ id: 'one', variables: 'EMPTY_' }], callers: [caller.entry] }
    await using guarded = await serveGuarded(file, {
      environment: { ISOTHERM_SANDBOX: undefined, ISOTHERM_CATALOG: undefined },
    })
    const { body } = await post(guarded.origin, bearer(caller.key), '{ providers { name status } }')
    expect(JSON.stringify(body).match(/"SANDBOX"/g)).toHaveLength(5)
  })
})

async function problemsOfStart(text: string): Promise<StartProblems> {
  const error = await serveGuarded(text).catch((error: unknown) => error)
  if (error instanceof StartProblems) return error
  throw error
}

const withoutOwnVendors = Object.fromEntries(variablesOfProviders().map(name => [name, undefined]))

/** They have the scope traffic:read and no other. */
async function expectStrangers({ origin }: Isotherm): Promise<void> {
  const query = `{ location(by: { id: "oxford-street" }) { name traffic(range: { utc: { start: "2026-11-02T00:00:00Z", end: "2026-11-03T00:00:00Z" } }, metrics: [VISITS]) { total } heatmaps(range: { start: "2026-11-02T00:00:00Z", end: "2026-11-03T00:00:00Z" }, types: [PATH], roles: ["staff"]) { role } } }`
  const { status, body } = await post(origin, {}, query)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    data: { location: { name: 'Oxford Street', traffic: [{ total: 607 }], heatmaps: null } },
    errors: [{ path: ['location', 'heatmaps'], extensions: { code: 'FORBIDDEN' } }],
  })
}
