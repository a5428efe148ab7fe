import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { DatadogClient } from '../../../src/providers/datadog/client.ts'
import { serveDatadog } from '../../../src/sandbox/datadog.ts'
import type { Emulator, Reply } from '../../../src/sandbox/emulator.ts'
import { UpstreamError } from '../../../src/upstream/error.ts'
import { change, creation } from '../../support/snapshot-inputs.ts'
import { failureOf, wire } from '../../support/wiring.ts'

const callContext = { signal: new AbortController().signal }
const example = '00000000-0000-0000-0000-000000000001'

/** Everything that the client asks. */
const list = (client: DatadogClient) => client.snapshots({ viewName: '/home' }, 10, callContext)
const create = (client: DatadogClient) => client.createSnapshot(creation, callContext)
const update = (client: DatadogClient) => client.updateSnapshot(example, change, callContext)
const remove = (client: DatadogClient) => client.deleteSnapshot(example, callContext)
const writes = { create, update, delete: remove }
const all = Object.entries({ list, ...writes })

describe('a snapshot', () => {
  test('has exact ids and a start past every 32-bit number', async () => {
    const [snapshot] = await listed(
      '{"created_by_user_id":9223372036854775807,"org_id":-9007199254740993,"start":9007199254740991}',
    )
    expect(snapshot).toMatchObject({
      createdByUserId: '9223372036854775807',
      orgId: '-9007199254740993',
      start: 9007199254740991,
    })
  })

  test('keeps ids that are small, and ids that are texts', async () => {
    const [snapshot] = await listed('{"created_by_user_id":4711,"org_id":"9007199254740993"}')
    expect(snapshot).toMatchObject({ createdByUserId: '4711', orgId: '9007199254740993' })
  })

  test.each(['199545', '199545.0', '"199545"'])('has its start, however it is printed: %s', async start => {
    expect(await listed(`{"start":${start}}`)).toMatchObject([{ start: 199_545 }])
  })

  test.each(['9007199254740993', '"9007199254740993"', '1.5', '"1.5"', '"integer"', '""', 'true', '[]'])(
    'whose start is no whole number that can be told has an error in its place: %s',
    async start => {
      const [snapshot, next] = await listed(`{"start":${start},"view_name":"/home"}`, '{"start":1}')
      expect(snapshot?.start).toBeInstanceOf(UpstreamError)
      expect(snapshot).toMatchObject({
        start: { code: 'UPSTREAM_INVALID_RESPONSE', provider: 'datadog' },
        viewName: '/home',
      })
      expect(next?.start).toBe(1)
    },
  )

  test('may lack everything but its id', async () => {
    await using emulator = await serveDatadog()
    await using account = wire(emulator)
    const body = {
      data: [
        { id: 'a', type: 'snapshots' },
        { id: 'b', attributes: { start: null } },
      ],
    }
    emulator.journal.script({ answer: { body } })
    const snapshots = await list(account.client('datadog'))
    for (const [index, id] of ['a', 'b'].entries()) {
      const { id: own, ...rest } = snapshots[index] ?? {}
      expect(own).toBe(id)
      expect(new Set(Object.values(rest))).toEqual(new Set([null]))
      expect(Object.keys(rest)).toHaveLength(15)
    }
  })

  test("is read from the vendor's documented list", async () => {
    await using emulator = await serveDatadog()
    await using account = wire(emulator)
    emulator.journal.script({ answer: { body: fixture('list-response.json') } })
    expect(await list(account.client('datadog'))).toEqual([
      {
        id: 'string',
        applicationId: 'string',
        viewName: 'string',
        deviceType: 'string',
        isDeviceTypeSelectedByUser: false,
        eventId: 'string',
        sessionId: 'string',
        viewId: 'string',
        name: 'string',
        start: expect.any(UpstreamError),
        createdAt: '2019-09-19T10:00:00.000Z',
        modifiedAt: '2019-09-19T10:00:00.000Z',
        createdBy: 'string',
        createdByHandle: 'string',
        createdByUserId: 'integer',
        orgId: 'integer',
      },
    ])
  })
})

describe('a call', () => {
  test('lists by whatever of the filter is given, with both keys', async () => {
    await using emulator = await serveDatadog()
    await using account = wire(emulator)
    const client = account.client('datadog')
    const applicationId = creation.applicationId
    await client.snapshots({ viewName: '/products/?', deviceType: 'mobile', applicationId }, 7, callContext)
    await client.snapshots({ viewName: 'a&b=c', deviceType: null, applicationId: undefined }, 1, callContext)
    const queries = emulator.journal.calls.map(call => [...new URL(call.path, emulator.origin).searchParams])
    expect(queries.map(query => Object.fromEntries(query))).toEqual([
      {
        'filter[view_name]': '/products/?',
        'filter[device_type]': 'mobile',
        'filter[application_id]': applicationId,
        'page[limit]': '7',
      },
      { 'filter[view_name]': 'a&b=c', 'page[limit]': '1' },
    ])
    const { DD_API_KEY, DD_APP_KEY } = emulator.environment
    expect(emulator.journal.calls[0]?.headers).toMatchObject({
      'dd-api-key': DD_API_KEY,
      'dd-application-key': DD_APP_KEY,
    })
  })

  test("creates, updates and deletes by the vendor's documented bodies", async () => {
    await using emulator = await serveDatadog()
    await using account = wire(emulator)
    const client = account.client('datadog')
    const created = await create(client)
    expect(created).toMatchObject({ written: { name: 'My Snapshot', viewName: '/home', start: 0 } })
    const { viewId: _, ...shorter } = change
    expect(await update(client)).toMatchObject({ written: { id: example, viewId: 'string' } })
    expect(await client.updateSnapshot(example, { ...shorter, start: 5 }, callContext)).toMatchObject({
      written: { id: example, start: 5 },
    })
    expect(await remove(client)).toEqual({ written: example })
    expect(await remove(client)).toMatchObject({ refusal: 'NOT_FOUND' })
    const bodies = emulator.journal.calls.map(call => call.body)
    expect(bodies.slice(0, 2)).toEqual(
      ['create-request.json', 'update-request.json'].map(file => JSON.parse(fixture(file))),
    )
    expect(bodies[2]).not.toHaveProperty('data.attributes.view_id')
    expect(bodies.slice(3)).toEqual([undefined, undefined])
  })

  test('to an id is never a call to another route', async () => {
    await using emulator = await serveDatadog()
    await using account = wire(emulator)
    const client = account.client('datadog')
    expect(await client.deleteSnapshot('../snapshots', callContext)).toMatchObject({ refusal: 'NOT_FOUND' })
    expect(emulator.journal.calls[0]?.path).toBe('/api/v2/replay/heatmap/snapshots/..%2Fsnapshots')
    for (const id of ['.', '..'])
      await expect(client.deleteSnapshot(id, callContext)).rejects.toMatchObject({
        extensions: { code: 'BAD_USER_INPUT' },
      })
    expect(emulator.journal.count()).toBe(1)
  })
})

describe.each(Object.entries(writes))('a refused %s', (name, write) => {
  test.each([
    [400, 'REJECTED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [409, name === 'create' ? 'ALREADY_EXISTS' : 'CONFLICT'],
    [410, 'NOT_FOUND'],
    [412, 'CONFLICT'],
    [413, 'REJECTED'],
    [422, 'REJECTED'],
  ])('with status %i is a result: %s', async (status, refusal) => {
    await using emulator = await serveDatadog()
    await using account = wire(emulator)
    emulator.journal.script({ answer: { status, body: { errors: ['no'] } } })
    expect(await write(account.client('datadog'))).toEqual({ refusal, said: 'no' })
    expect(emulator.journal.count()).toBe(1)
  })

  test.each([
    [303, 'UPSTREAM_INVALID_RESPONSE', false],
    [401, 'UPSTREAM_UNAUTHENTICATED', false],
    [408, 'UPSTREAM_TIMEOUT', name !== 'create'],
    [425, 'UPSTREAM_REJECTED', true],
    [429, 'UPSTREAM_RATE_LIMITED', true],
    [500, 'UPSTREAM_UNAVAILABLE', name !== 'create'],
    [503, 'UPSTREAM_UNAVAILABLE', name !== 'create'],
  ])('with status %i is an error: %s', async (status, code, retryable) => {
    const error = await failed(write, { status, body: { errors: ['no'] } })
    expect(error).toMatchObject({ code, retryable, provider: 'datadog', upstreamStatus: status })
  })
})

test.each<[string, unknown, string]>([
  ['texts', { errors: ['start is too far', 'name is taken'] }, 'start is too far; name is taken'],
  [
    'objects',
    { errors: [{ title: 'Bad', detail: 'start' }, { title: 'Odd' }, { code: 7 }, 5] },
    'start; Odd',
  ],
  [
    'one object',
    { error: { code: 'bad', message: 'start is late', details: [{ message: 'x' }] } },
    'start is late',
  ],
  ['one without words', { error: { code: 'bad' } }, ''],
  ['a key in one object', { error: { message: 'key dd-key' } }, 'key …'],
  ['keys', { errors: ['key dd-key and app dd-app-key'] }, 'key … and app …'],
  ['keys in capitals', { errors: ['key DD-KEY and app Dd-App-Key'] }, 'key … and app …'],
  ['keys in a URL', { errors: ['?a=dd%2Dkey&b=dd%2dapp-ke%79&c=%64%64-key'] }, '?a=…&b=…&c=…'],
  ['broken keys', { errors: ['dd-\n key, dd\u200b-app', '-key'] }, '…, …'],
  ['lines', { errors: ['one\n\u0007two\u2028\u202ethree'] }, 'one two three'],
  ['too much', { errors: ['x'.repeat(500)] }, `${'x'.repeat(199)}…`],
  ['a key at the cut', { errors: [`${'x'.repeat(195)}dd-app-key`] }, `${'x'.repeat(195)}…`],
  ['other members', { message: 'words', statuspage: 'http://x' }, ''],
  ['no JSON', 'words', ''],
])('a refusal keeps what Datadog said of it, as %s', async (_, body, said) => {
  await using emulator = await serveDatadog()
  await using account = wire(emulator, { DD_API_KEY: 'dd-key', DD_APP_KEY: 'dd-app-key' })
  emulator.journal.script({ answer: { status: 400, body } })
  expect(await create(account.client('datadog'))).toEqual({ refusal: 'REJECTED', said })
})

test('a creation that may have been made says so, and is not retryable', async () => {
  await using emulator = await serveDatadog()
  await using account = wire(emulator, { ISOTHERM_UPSTREAM_TIMEOUT_MS: '1500', ISOTHERM_BREAKER: 'off' })
  const client = account.client('datadog')
  const faults = [
    { cut: true },
    { hang: true },
    { answer: { status: 503, headers: { 'retry-after': '1' } } },
    { answer: { status: 504 } },
    { answer: { status: 303, headers: { location: '/api/v2/replay/heatmap/snapshots/one' } } },
    { answer: { status: 201, body: '{"data":' } },
  ]
  for (const fault of faults) {
    emulator.journal.script({ ...fault, times: 1 })
    const error = await failureOf(create(client))
    expect(error).toMatchObject({ provider: 'datadog', retryable: false, retryAfterSeconds: undefined })
    expect(error.message).toContain('may be there all the same')
  }
  expect(emulator.journal.count()).toBe(faults.length)
})

test('a creation that was turned away may be sent again', async () => {
  const error = await failed(create, { status: 429, headers: { 'x-ratelimit-reset': '3' } })
  expect(error).toMatchObject({ retryable: true, retryAfterSeconds: 3 })
  expect(error.message).not.toContain('all the same')
})

describe('an error', () => {
  test.each(['strings', 'objects', 'gateway', 'text'] as const)(
    'as %s is told by its status, to whatever was asked',
    async errorShape => {
      await using emulator = await serveDatadog({ errorShape })
      await using stranger = wire(emulator, { DD_APP_KEY: 'another' })
      const client = stranger.client('datadog')
      expect(await failureOf(list(client))).toMatchObject({ code: 'UPSTREAM_FORBIDDEN', upstreamStatus: 403 })
      for (const write of Object.values(writes))
        expect(await write(client)).toEqual({ refusal: 'FORBIDDEN', said: 'Forbidden' })
    },
  )

  test.each([
    ['forbidden.json', 403, 'UPSTREAM_FORBIDDEN'],
    ['forbidden-gateway.json', 502, 'UPSTREAM_UNAVAILABLE'],
    ['too-many-requests.json', 429, 'UPSTREAM_RATE_LIMITED'],
  ])('as in %s is told by its status, and nothing of its text', async (file, status, code) => {
    const error = await failed(list, { status, body: fixture(file) })
    expect(error).toMatchObject({ code, upstreamStatus: status })
    expect(error.message).not.toMatch(/bad request|statuspage|support@/i)
  })

  test.each(all)('of too many calls tells the wait of the period: %s', async (_, ask) => {
    const now = () => new Date('2026-08-01T12:00:03.500Z')
    await using emulator = await serveDatadog({ now, perPeriod: 0, periodSeconds: 10 })
    await using account = wire(emulator)
    expect(await failureOf(ask(account.client('datadog')))).toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
      retryable: true,
      retryAfterSeconds: 7,
    })
  })

  test.each<[string, Record<string, string>, number | undefined]>([
    ['the reset', { 'x-ratelimit-reset': '12', 'retry-after': '99' }, 12],
    ['a fraction of the reset, rounded up', { 'x-ratelimit-reset': '2.1' }, 3],
    ['the common header where there is no reset', { 'retry-after': '30' }, 30],
    [
      'the common header where the reset is too far',
      { 'x-ratelimit-reset': '1e10', 'retry-after': '30' },
      30,
    ],
    ['the common header where the reset is odd', { 'x-ratelimit-reset': 'soon', 'retry-after': '30' }, 30],
    ['nothing', {}, undefined],
  ])('of too many calls takes its wait from %s', async (_, headers, retryAfterSeconds) => {
    const error = await failed(list, { status: 429, headers })
    expect(error).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED', retryAfterSeconds })
  })

  test('of another kind takes no wait from the reset, which every answer carries', async () => {
    const error = await failed(list, { status: 503, headers: { 'x-ratelimit-reset': '12' } })
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: undefined })
  })
})

test.each(['create', 'update'] as const)(
  'an understood %s may be answered without the snapshot',
  async write => {
    await using emulator = await serveDatadog()
    await using account = wire(emulator)
    for (const body of [{}, { data: null }, { data: { type: 'snapshots' } }]) {
      emulator.journal.clear()
      emulator.journal.script({ answer: { status: 200, body } })
      expect(await writes[write](account.client('datadog'))).toEqual({ written: null })
    }
  },
)

test.each([{ status: 204 }, { status: 200 }, { status: 202, body: {} }])(
  'a deletion is understood, by an answer of nothing or of JSON: %j',
  async answer => {
    await using emulator = await serveDatadog()
    await using account = wire(emulator)
    emulator.journal.script({ answer })
    expect(await writes.delete(account.client('datadog'))).toEqual({ written: example })
  },
)

test('a page in answer to a deletion does not say that the snapshot is gone', async () => {
  const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' }
  expect(await failed(writes.delete, page)).toMatchObject({
    code: 'UPSTREAM_INVALID_RESPONSE',
    provider: 'datadog',
    upstreamStatus: 200,
  })
})

test('a snapshot may come without any attribute', async () => {
  expect(await listed('null')).toMatchObject([{ id: '0', name: null, start: null, orgId: null }])
})

/** The snapshots of a list with these attributes, each as JSON. */
async function listed(...attributes: readonly string[]) {
  await using emulator: Emulator = await serveDatadog()
  await using account = wire(emulator)
  const resources = attributes.map(
    (text, index) => `{"id":"${index}","type":"snapshots","attributes":${text}}`,
  )
  emulator.journal.script({ answer: { body: `{"data":[${resources.join()}]}` } })
  return await list(account.client('datadog'))
}

/** What the client makes of an answer that is an error. */
async function failed(ask: (client: DatadogClient) => Promise<unknown>, answer: Reply) {
  await using emulator = await serveDatadog()
  await using account = wire(emulator)
  emulator.journal.script({ answer })
  return await failureOf(ask(account.client('datadog')))
}

function fixture(file: string): string {
  return readFileSync(new URL(`../../fixtures/datadog/${file}`, import.meta.url), 'utf8')
}
