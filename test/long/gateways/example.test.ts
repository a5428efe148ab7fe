import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { serveAnalytiks } from '../../../src/sandbox/analytiks.ts'
import { callsOf } from '../../support/calls.ts'
import { type Child, emptyFolder, startNode } from '../../support/child.ts'
import { askText } from '../../support/client.ts'
import { installMilliseconds, installPackages } from '../../support/foreign-package.ts'
import { type Served, serve } from '../../support/serving.ts'

const folder = join(import.meta.dirname, '../../../examples/supergraph')
const start = join(folder, 'start.ts')

beforeAll(() => installPackages(folder), installMilliseconds)

test('the example runs by itself, and answers what its README asks', async () => {
  await using example = await startNode([start], { PORT: '0' })
  const readme = await readFile(join(folder, 'README.md'), 'utf8')
  const [, question = ''] = /```graphql\n(.*?)```/s.exec(readme) ?? []
  const { data, errors } = await askText<StoresData>(await originOf(example), question)
  expect(errors).toEqual([])
  expect(data.stores).toHaveLength(8)
  expect(data.stores[0]).toMatchObject({
    address: '350 Oxford Street, London',
    location: { name: 'Oxford Street', traffic: expect.arrayContaining([{ metric: 'VISITS', total: 545 }]) },
  })
  for (const { location } of data.stores)
    expect(location?.traffic).toContainEqual({ metric: 'VISITS', total: expect.any(Number) })
  example.process.kill('SIGTERM')
  expect(await example.ended()).toBe(0)
})

test('the traffic of 50 stores of the other graph costs one call', async () => {
  await using analytiks = await serveAnalytiks({ extraStores: 50 })
  await using served = await serve({ catalog: '', environment: analytiks.environment })
  const stores = Array.from({ length: 50 }, (_, index) => ({
    id: `store ${index}`,
    address: `${index} High Street`,
    brandId: 7777,
    referenceNumber: `X${1001 + index}`,
  }))
  await using example = await startExample(served, stores)
  const { data, errors } = await askText<StoresData>(
    await originOf(example),
    `query ($day: TimeRange!) {
      stores { address location { referenceNumber traffic(range: { utc: $day }, metrics: [VISITS]) { total } } }
    }`,
    { day: { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' } },
  )
  expect(errors).toEqual([])
  expect(data.stores.map(({ address, location }) => [address, location?.referenceNumber])).toEqual(
    stores.map(({ address, referenceNumber }) => [address, referenceNumber]),
  )
  for (const { location } of data.stores) expect(location?.traffic?.[0]?.total).toBeGreaterThan(0)
  expect(analytiks.journal.count('POST /json/v2')).toBe(1)
  expect(analytiks.journal.count()).toBe(2)
  expect(callsOf(served.sandbox)).toEqual({})
})

test('a location of Isotherm has the address that the other graph adds', async () => {
  await using served = await serve()
  const stores = [{ id: '1', address: '4-6-16 Ginza, Tokyo', brandId: 1234, referenceNumber: 'JP0061' }]
  await using example = await startExample(served, stores)
  const { data, errors } = await askText(
    await originOf(example),
    '{ locations(first: 5) { nodes { name address } } }',
  )
  expect(errors).toEqual([])
  expect(data).toEqual({
    locations: {
      nodes: [
        { name: 'Oxford Street', address: null },
        { name: 'Rue de Rivoli', address: null },
        { name: 'Fifth Avenue', address: null },
        { name: 'Connaught Place', address: null },
        { name: 'Ginza', address: '4-6-16 Ginza, Tokyo' },
      ],
    },
  })
  expect(callsOf(served.sandbox)).toEqual({})
})

test('its code has no type error', async () => {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', folder]
  await promisify(execFile)(process.execPath, tsc).catch(({ stdout }) => expect.unreachable(stdout))
})

interface StoresData {
  readonly stores: readonly {
    readonly address: string
    readonly location: {
      readonly name: string | null
      readonly referenceNumber: string | null
      readonly traffic: readonly { readonly metric: string; readonly total: number | null }[] | null
    } | null
  }[]
}

/** The supergraph of a running Isotherm and these stores. */
async function startExample(served: Served, stores: readonly object[]): Promise<Child> {
  await using resources = new AsyncDisposableStack()
  const file = join(await emptyFolder(resources), 'stores.json')
  await writeFile(file, JSON.stringify(stores))
  const environment = { ISOTHERM_URL: `${served.origin}/graphql`, STORES: file, PORT: '0' }
  const child = await startNode([start], environment)
  await originOf(child)
  return child
}

async function originOf(example: Child): Promise<string> {
  const [, origin = ''] = await example.says(/one graph at (http:\S+)\/graphql\n/)
  return origin
}
