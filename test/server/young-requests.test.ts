import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mintKey } from '../../src/access/keys.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { startSandbox } from '../../src/sandbox.ts'
import { startNode } from '../support/child.ts'

/** An object that stays reachable from old space stays until a full collection, with all that it refers to. */
const fewBytes = 4000

test.each([
  ['without a call', '{ locations(first: 3) { nodes { name } pageInfo { startCursor endCursor } } }'],
  ['with calls', '{ websites(first: 3) { nodes { views(first: 3) { nodes { path } } } } }'],
])('what a request %s held is gone with the next short collection', async (_, query) => {
  await using resources = new AsyncDisposableStack()
  const sandbox = resources.use(await startSandbox({ zenovay: { perMinute: 1e6, perMonth: 1e6 } }))
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-'))
  resources.defer(() => rm(folder, { recursive: true }))
  const { key, line } = mintKey()
  await writeFile(join(folder, 'catalog.yaml'), sandboxCatalog())
  await writeFile(join(folder, 'access.yaml'), accessFile(line))
  const environment = {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_ACCESS: 'access.yaml',
    ISOTHERM_CATALOG: 'catalog.yaml',
    ISOTHERM_CACHE_BYTES: '0',
    ...sandbox.environment(),
    ZENOVAY_PLAN: 'enterprise',
  }
  const words = ['--expose-gc', join(import.meta.dirname, 'young-requests.ts'), query, key]
  const child = resources.use(await startNode(words, environment, folder))
  expect({ code: await child.ended(), errors: child.stderr }).toEqual({ code: 0, errors: '' })
  expect(Number(child.stdout)).toBeLessThan(fewBytes)
})

function accessFile(line: string): string {
  return `accounts:
  - id: main
callers:
  - id: test
    keys: ['${line}']
    accounts: [main]
    scopes: [traffic:read, pages:read]
    limits: { requestsPerMinute: 1000000, costPerMinute: 1000000000, upstreamCallsPerHour: { zenovay: 1000000 } }
`
}
