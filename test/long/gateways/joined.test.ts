import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Trace } from '@apollo/usage-reporting-protobuf'
import { beforeAll, describe, expect, test } from 'vitest'
import { type AnalytiksEmulator, serveAnalytiks } from '../../../src/sandbox/analytiks.ts'
import { emptyFolder } from '../../support/child.ts'
import { askText } from '../../support/client.ts'
import { installMilliseconds, startForeign } from '../../support/foreign-package.ts'
import { type Served, serve } from '../../support/serving.ts'
import { type GatewayName, installGateways, startGateway } from './guide-gateways.ts'

const resources = new AsyncDisposableStack()
let analytiks: AnalytiksEmulator
let isotherm: Served
let stores = ''

const list = Array.from({ length: 50 }, (_, index) => ({
  id: `store ${index}`,
  address: `${index} High Street`,
  brandId: 7777,
  referenceNumber: `X${1001 + index}`,
}))

beforeAll(installGateways, installMilliseconds)
beforeAll(async () => {
  analytiks = resources.use(await serveAnalytiks({ extraStores: 50 }))
  isotherm = resources.use(await serve({ catalog: '', environment: analytiks.environment }))
  const file = join(await emptyFolder(resources), 'stores.json')
  await writeFile(file, JSON.stringify(list))
  const child = resources.use(await startForeign('stores.ts', file))
  const [, port] = await child.says(/stores on port (\d+)\n/)
  stores = `http://127.0.0.1:${port}/graphql`
  return () => resources.disposeAsync()
}, 60_000)

const trafficOfStores = `query ($day: TimeRange!) {
  stores { address location { referenceNumber traffic(range: { utc: $day }, metrics: [VISITS]) { total } } }
}`
const day = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }

interface StoresData {
  readonly stores: readonly {
    readonly address: string
    readonly location: {
      readonly referenceNumber: string
      readonly traffic: readonly { readonly total: number }[]
    }
  }[]
}

/** What is added to the guide's lines so that they join another graph as well. */
const joining = {
  'Hive Gateway': async (lines: string) => {
    const sdl = JSON.stringify(await storesSdl())
    return lines.replace(
      'composeServices([',
      `composeServices([{ name: 'stores', url: '${stores}', typeDefs: parse(${sdl}) }, `,
    )
  },
  'Apollo Gateway': async (lines: string) =>
    lines.replace(' }]', ` }, { name: 'stores', url: '${stores}' }]`),
  'A stitched graph': async (lines: string) => {
    const sdl = (await storesSdl()).replace(/^extend schema.*$/m, '').replace(/@key\(.*?\)/g, '')
    const subschema = `{ schema: buildSchema(${JSON.stringify(sdl)}), executor: buildHTTPExecutor({ endpoint: '${stores}' }), batch: true }`
    return lines.replace('batch: true }]', `batch: true }, ${subschema}]`)
  },
} satisfies Record<GatewayName, (lines: string) => Promise<string>>

describe.each(['Hive Gateway', 'Apollo Gateway', 'A stitched graph'] as const)('through %s', name => {
  test('the traffic of 50 stores of another graph costs one call', async () => {
    await using gateway = await startGateway(name, isotherm.origin, joining[name])
    // A token, which is kept.
    await askText(
      isotherm.origin,
      '{ location(by: { analytiksId: "1001" }) { traffic(range: { utc: { start: "2025-08-01T00:00:00Z", end: "2025-08-02T00:00:00Z" } }) { total } } }',
    )
    analytiks.journal.clear()
    const { data, errors } = await askText<StoresData>(gateway.origin, trafficOfStores, { day })
    expect(errors).toEqual([])
    expect(data.stores.map(({ address, location }) => [address, location.referenceNumber])).toEqual(
      list.map(({ address, referenceNumber }) => [address, referenceNumber]),
    )
    for (const { location } of data.stores) expect(location.traffic[0]?.total).toBeGreaterThan(0)
    expect(analytiks.journal.calls.map(({ route }) => route)).toEqual(['POST /json/v2'])
  })
})

test("Apollo Gateway's trace has the trace of each field of Isotherm in it", async () => {
  const edit = async (lines: string) =>
    `import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace'
${lines.replace('{ gateway }', '{ gateway, plugins: [ApolloServerPluginInlineTrace()] }')}`
  await using gateway = await startGateway('Apollo Gateway', isotherm.origin, edit)
  const headers = { 'apollo-federation-include-trace': 'ftv1' }
  const query = '{ brand(id: 7777) { id brandId } }'
  const { data, extensions } = await askText(gateway.origin, query, {}, { headers })
  expect(data).toEqual({ brand: { id: 'Brand:7777', brandId: 7777 } })
  const { queryPlan } = Trace.decode(Buffer.from(String(extensions.ftv1), 'base64'))
  expect(queryPlan?.fetch).toMatchObject({ serviceName: 'isotherm', traceParsingFailed: false })
  const [brand] = queryPlan?.fetch?.trace?.root?.child ?? []
  expect(brand?.responseName).toBe('brand')
  expect(brand?.child?.map(({ responseName }) => responseName)).toEqual(['id', 'brandId'])
})

describe('a trace goes through a gateway that hands its header on, to the vendor:', () => {
  const handing: Partial<Record<GatewayName, (lines: string) => Promise<string>>> = {
    'Hive Gateway': async lines =>
      lines.replace(
        '{ supergraph: supergraphSdl }',
        `{ supergraph: supergraphSdl, propagateHeaders: { fromClientToSubgraphs: ({ request }) => ({ traceparent: request.headers.get('traceparent') }) } }`,
      ),
    'Apollo Gateway': async lines =>
      `import { RemoteGraphQLDataSource } from '@apollo/gateway'
${lines
  .replace(
    'IntrospectAndCompose({ subgraphs })',
    `IntrospectAndCompose({ subgraphs }), buildService: ({ url }) => new RemoteGraphQLDataSource({ url, willSendRequest: ({ request, context }) => { if (context.traceparent) request.http.headers.set('traceparent', context.traceparent) } })`,
  )
  .replace(
    '{ listen:',
    '{ context: async ({ req }) => ({ traceparent: req.headers.traceparent }), listen:',
  )}`,
  }

  test.each(['Hive Gateway', 'Apollo Gateway'] as const)('%s', async name => {
    await using gateway = await startGateway(name, isotherm.origin, handing[name])
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    analytiks.journal.clear()
    const query = `query ($day: TimeRange!) { location(by: { analytiksId: "1001" }) { traffic(range: { utc: $day }) { total } } }`
    const { errors } = await askText(gateway.origin, query, { day }, { headers: { traceparent } })
    expect(errors).toEqual([])
    const asked = analytiks.journal.calls.filter(({ route }) => route === 'POST /json/v2')
    expect(asked.map(({ headers }) => headers.traceparent)).toEqual([traceparent])
  })
})

function storesSdl(): Promise<string> {
  return readFile(join(import.meta.dirname, '../../../examples/supergraph/stores.graphql'), 'utf8')
}
