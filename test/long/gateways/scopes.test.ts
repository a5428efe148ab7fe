import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWTPayload } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { mintKey } from '../../../src/access/keys.ts'
import { callsOf } from '../../support/calls.ts'
import { emptyFolder } from '../../support/child.ts'
import { allBlocks } from '../../support/docs.ts'
import { installMilliseconds } from '../../support/foreign-package.ts'
import { type Issuer, issuerName, startIssuer } from '../../support/issuer.ts'
import { type Served, serve } from '../../support/serving.ts'
import { type Gateway, installGateways, startGateway } from './guide-gateways.ts'

const resources = new AsyncDisposableStack()
let issuer: Issuer
let isotherm: Served
let gateway: Gateway

beforeAll(installGateways, installMilliseconds)
beforeAll(async () => {
  issuer = resources.use(await startIssuer())
  const { key, line } = mintKey()
  const file = join(await emptyFolder(resources), 'access.yaml')
  const { jwks } = issuer
  const access = {
    accounts: [{ id: 'one' }],
    callers: [{ id: 'gateway', keys: [line], accounts: ['one'], scopes: ['explore'] }],
    issuers: [{ issuer: issuerName, audience: 'isotherm', jwks, algorithms: ['ES256'] }],
  }
  await writeFile(file, stringify(access))
  isotherm = resources.use(await serve({ environment: { ISOTHERM_ACCESS: file }, logLevel: 'info' }))
  gateway = resources.use(
    await startGateway('Hive Gateway', isotherm.origin, async lines =>
      lines
        .replace(
          "const url = 'http",
          () => `${optionsOfGuide().replace(/'https:\S+jwks\.json'/, `'${jwks}'`)}const url = 'http`,
        )
        .replace('{_service{sdl}}`', `$&, { headers: { authorization: 'Bearer ${key}' } }`)
        .replace('supergraph: supergraphSdl', '$&, ...options'),
    ),
  )
  return () => resources.disposeAsync()
}, 60_000)

function optionsOfGuide(): string {
  const block = allBlocks.find(({ lead }) => lead.includes('\n## Hive Gateway that refuses as well\n'))
  if (!block) throw new Error('The guide has no options.')
  return block.text
}

const traffic = `{ location(by: { id: "ginza" }) { name traffic(
  range: { utc: { start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" } }, metrics: [VISITS]
) { total } } }`
const snapshots =
  '{ snapshots(viewName: "/pricing", deviceType: "desktop", first: 1) { id name createdByHandle } }'

const refused = { data: null, codes: expect.arrayContaining(['UNAUTHORIZED_FIELD_OR_TYPE']), calls: {} }

test.each([
  ['traffic', traffic, 'pages:read', 'traffic:read'],
  ['who made a snapshot', snapshots, 'snapshots:read', 'snapshots:read people:read'],
])(
  '%s without its scope is refused before Isotherm is asked, and answered with it',
  async (_what, query, scope, whole) => {
    const before = requests()
    expect(await asked(query, { scope })).toMatchObject(refused)
    const allowed = await asked(query, { scope: whole })
    await expect.poll(requests).toBe(before + 1)
    expect(Object.keys(allowed.calls)).toHaveLength(1)
    const { data, codes } = await asked(query, { scope: whole }, isotherm)
    expect(codes).toEqual([])
    expect(allowed).toMatchObject({ data, codes })
    await expect.poll(requests).toBe(before + 2)
  },
)

test('who shows no token, or one for others, gets not even the names of stores', async () => {
  const query = '{ locations(first: 1) { nodes { name } } }'
  const before = requests()
  for (const claims of [undefined, { scope: 'traffic:read', aud: 'another' }])
    expect(await asked(query, claims)).toMatchObject(refused)
  const data = { locations: { nodes: [{ name: 'Oxford Street' }] } }
  expect(await asked(query, {})).toMatchObject({ codes: [], data })
  await expect.poll(requests).toBe(before + 1)
})

/** What comes of a query by a caller of these claims, and the calls of vendors. */
async function asked(
  query: string,
  claims: JWTPayload | undefined,
  server: { readonly origin: string } = gateway,
) {
  for (const { journal } of isotherm.sandbox.emulators) journal.clear()
  const response = await fetch(`${server.origin}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(claims && { authorization: `Bearer ${await issuer.sign(claims)}` }),
    },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = Answer.parse(await response.json())
  return { data, codes: errors.map(({ extensions }) => extensions.code), calls: callsOf(isotherm.sandbox) }
}

const Answer = z.object({
  data: z.unknown(),
  errors: z.array(z.object({ extensions: z.looseObject({ code: z.string() }) })).default([]),
})

/** How many Isotherm has answered so far, by its log. */
function requests(): number {
  return isotherm.logLines.filter(line => line.includes('"route":"graphql"')).length
}
