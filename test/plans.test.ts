import { expect, test } from 'vitest'
import { callsOf } from './support/calls.ts'
import { askText } from './support/client.ts'
import { serve } from './support/serving.ts'

const plan = { headers: { 'isotherm-explain': 'plan' } }
const range = '{ utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-20T00:00:00Z" } }'
const fleet = Array.from(
  { length: 12 },
  (_, index) =>
    `s${index}: location(by: { analytiksId: "${index + 1}" }) { traffic(range: ${range}) { total } }`,
).join(' ')
const pages = 'website(by: { id: "shop" }) { views(first: 1) { nodes { totalInteractions } } }'
const drop = 'mutation { deleteSnapshot(input: { id: "one" }) { __typename } }'

test('a plan says what is wrong beside it, such as a vendor that is not configured', async () => {
  await using served = await serve({ environment: { ZENOVAY_API_KEY: undefined } })
  const { status, data, errors, extensions } = await askText(served.origin, `{ ${pages} ${fleet} }`, {}, plan)
  expect({ status, data }).toEqual({ status: 200, data: null })
  expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_NOT_CONFIGURED', provider: 'zenovay' } }])
  expect(extensions.plan).toEqual({ analytiks: Array(4).fill(expect.anything()) })
})

test('a plan of too many calls is told with the refusal that the request would meet', async () => {
  await using served = await serve({ environment: { ANALYTIKS_MAX_CALLS: '3' } })
  const { errors, extensions } = await askText(served.origin, `{ ${fleet} }`, {}, plan)
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(errors[0]?.message).toContain('would need 4 calls to analytiks, and 3 are allowed')
  expect(extensions.plan).toEqual({ analytiks: Array(4).fill(expect.anything()) })
  expect(callsOf(served.sandbox)).toEqual({})
})

test('a plan names providers in one order, however the fields stand', async () => {
  await using served = await serve()
  const snapshots = 'snapshots(viewName: "/pricing") { id }'
  for (const query of [`{ ${snapshots} ${pages} ${fleet} }`, `{ ${pages} ${fleet} ${snapshots} }`]) {
    const { extensions } = await askText(served.origin, query, {}, plan)
    expect(Object.keys(Object(extensions.plan))).toEqual(['analytiks', 'zenovay', 'datadog'])
  }
})

test('a plan names the change that a mutation would make', async () => {
  await using served = await serve({ environment: { ISOTHERM_CACHE_BYTES: '100000000' } })
  const list = '{ snapshots(viewName: "/pricing") { id } }'
  await askText(served.origin, list)
  const { errors, extensions } = await askText(served.origin, drop, {}, plan)
  expect(errors).toEqual([])
  expect(extensions.plan).toEqual({
    datadog: [{ route: 'DELETE /api/v2/replay/heatmap/snapshots/:id', id: 'one' }],
  })
  expect((await askText(served.origin, list)).upstream.datadog).toMatchObject({ made: 0, cached: 1 })
  expect(served.sandbox.datadog.journal.count()).toBe(1)
})

test('a request that needs too many calls is refused as one, however many fields ask for them', async () => {
  await using served = await serve({ environment: { ANALYTIKS_MAX_CALLS: '3' } })
  const error = {
    message: expect.stringContaining('would need 4 calls to analytiks, and 3 are allowed'),
    extensions: { code: 'BAD_USER_INPUT' },
  }
  for (let time = 0; time < 4; time++) {
    const { status, data, errors, upstream } = await askText(served.origin, `{ ${pages} ${fleet} }`)
    expect({ status, data, errors }).toEqual({ status: 400, data: undefined, errors: [error] })
    expect(upstream.analytiks).toMatchObject({ planned: 4, made: 0, shared: 0, cached: 0 })
  }
  expect(callsOf(served.sandbox)).toEqual({})
})

test('a refusal behind the first answer is told once, and what is there stays', async () => {
  await using served = await serve({ environment: { DATADOG_MAX_CALLS: '1' } })
  const names = ['one', 'other', 'third']
  const drops = names.map(name => `${name}: deleteSnapshot(input: { id: "${name}" }) { __typename }`)
  const { status, data, errors } = await askText(served.origin, `mutation { ${drops.join(' ')} }`)
  expect(status).toBe(200)
  expect(data).toEqual({ one: { __typename: 'SnapshotRefusal' }, other: null, third: null })
  expect(errors).toMatchObject([{ path: ['other'], extensions: { code: 'BAD_USER_INPUT' } }])
})
