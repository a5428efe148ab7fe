import { Trace } from '@apollo/usage-reporting-protobuf'
import { beforeAll, describe, expect, test } from 'vitest'
import { questions } from '../long/gateways/questions.ts'
import { askText } from '../support/client.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

const headers = { 'apollo-federation-include-trace': 'ftv1' }
const day = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }

test('a gateway that asks how long each field took is told', async () => {
  const query = '{ stores: locations(first: 2) { nodes { id name } } }'
  const { data, errors, extensions } = await askText(served.origin, query, {}, { headers })
  expect(errors).toEqual([])
  expect(data).toEqual({
    stores: {
      nodes: [
        { id: 'Location:oxford-street', name: 'Oxford Street' },
        { id: 'Location:rue-de-rivoli', name: 'Rue de Rivoli' },
      ],
    },
  })
  const { root, durationNs } = traceIn(extensions)
  expect(Number(durationNs)).toBeGreaterThan(0)
  expect(root?.child).toHaveLength(1)
  expect(root?.child?.[0]).toMatchObject({
    responseName: 'stores',
    originalFieldName: 'locations',
    parentType: 'Query',
    type: 'LocationConnection!',
  })
  const nodes = root?.child?.[0]?.child?.[0]
  expect(nodes?.child?.map(({ index, child }) => [index, child?.map(field => field.responseName)])).toEqual([
    [0, ['id', 'name']],
    [1, ['id', 'name']],
  ])
})

test('nobody else is', async () => {
  const { extensions } = await askText(served.origin, '{ locations(first: 1) { nodes { id } } }')
  expect(extensions).toEqual({})
})

describe('a traced answer is the same as any other', () => {
  test.each(questions)('to $name', async ({ query, variables, fault }) => {
    const ask = async (init: object) => {
      if (fault) served.sandbox[fault[0]].journal.script({ ...fault[1], times: 1 })
      const { status, data, errors, extensions } = await askText(served.origin, query, variables, init)
      return { status, data, errors, sandbox: extensions.sandbox }
    }
    const plain = await ask({})
    expect(await ask({ headers })).toEqual(plain)
  })
})

test('a trace may have thousands of fields', async () => {
  const query = `query ($day: TimeRange!) {
    locations { nodes { traffic(range: { utc: $day }, interval: QUARTER_HOUR) { points { at localAt value } } } }
  }`
  const { data, errors, extensions } = await askText(served.origin, query, { day }, { headers })
  expect(errors).toEqual([])
  expect(JSON.stringify(data).length).toBeGreaterThan(200_000)
  expect(String(extensions.ftv1).length).toBeGreaterThan(200_000)
  expect(traceIn(extensions).root?.child).toHaveLength(1)
})

test('a trace tells of a failure what the answer tells, and no more', async () => {
  const secret = 'planted-secret'
  served.sandbox.datadog.journal.script({ times: 2, answer: { status: 500, body: secret } })
  const query = '{ snapshots(viewName: "/pricing") { name } }'
  const { errors, extensions } = await askText(served.origin, query, {}, { headers })
  const told = traceIn(extensions).root?.child?.[0]?.error
  expect(told).toHaveLength(1)
  expect(JSON.parse(told?.[0]?.json ?? '')).toMatchObject({
    message: errors[0]?.message,
    extensions: errors[0]?.extensions,
  })
  expect(JSON.stringify(traceIn(extensions))).not.toContain(secret)
})

function traceIn({ ftv1 }: Readonly<Record<string, unknown>>): Trace {
  return Trace.decode(Buffer.from(String(ftv1), 'base64'))
}
