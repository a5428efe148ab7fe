import { expect, test } from 'vitest'
import {
  type CreateSnapshotInput,
  GraphCreateSnapshotDocument,
  GraphDeleteSnapshotDocument,
  GraphSnapshotsDocument,
  GraphUpdateSnapshotDocument,
} from '../generated/graphql.ts'
import { ask } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const change = {
  eventId: 'event',
  isDeviceTypeSelectedByUser: true,
  sessionId: 'session',
  start: Number.MAX_SAFE_INTEGER,
  viewId: 'view',
}
const creation: CreateSnapshotInput = {
  ...change,
  applicationId: 'application',
  deviceType: 'kiosk',
  name: 'Größe "XL"',
  viewName: '/größe',
}

test('a snapshot is created, listed, changed, deleted and gone', async () => {
  await using served = await serve()
  const { origin } = served
  const created = await ask(origin, GraphCreateSnapshotDocument, { input: creation })
  expect(created.errors).toEqual([])
  const { id } = snapshotOf(created.data.createSnapshot)
  const snapshot = { ...creation, id, createdByUserId: '9007199254740993', orgId: '9007199254741993' }
  expect(created.data.createSnapshot).toEqual({ __typename: 'SnapshotWritten', snapshot })

  const listed = await ask(origin, GraphSnapshotsDocument, { viewName: '/größe' })
  expect(listed.data.snapshots).toEqual([{ ...snapshot, view: null }])

  const later = { eventId: 'later', isDeviceTypeSelectedByUser: false, start: 0 }
  const updated = await ask(origin, GraphUpdateSnapshotDocument, { input: { id, ...later } })
  expect(updated.errors).toEqual([])
  expect(updated.data.updateSnapshot).toEqual({
    __typename: 'SnapshotWritten',
    snapshot: { ...snapshot, ...later },
  })

  const deleted = await ask(origin, GraphDeleteSnapshotDocument, { input: { id } })
  expect(deleted.errors).toEqual([])
  expect(deleted.data.deleteSnapshot).toEqual({ __typename: 'SnapshotDeleted', id })
  const gone = await ask(origin, GraphSnapshotsDocument, { viewName: '/größe' })
  expect(gone.data.snapshots).toEqual([])
  const again = await ask(origin, GraphDeleteSnapshotDocument, { input: { id } })
  expect(again.errors).toEqual([])
  expect(again.data.deleteSnapshot).toEqual({
    __typename: 'SnapshotRefusal',
    reason: 'NOT_FOUND',
    message: expect.stringMatching(
      /^Datadog does not know this snapshot, or what it should show\. It says: ./,
    ),
  })
})

/** Each mutation, and the field that it answers. */
const mutations = {
  create: async (origin: string) => {
    const { data, ...answer } = await ask(origin, GraphCreateSnapshotDocument, { input: creation })
    return { ...answer, result: data.createSnapshot }
  },
  update: async (origin: string) => {
    const input = { id: 'one', ...change }
    const { data, ...answer } = await ask(origin, GraphUpdateSnapshotDocument, { input })
    return { ...answer, result: data.updateSnapshot }
  },
  delete: async (origin: string) => {
    const { data, ...answer } = await ask(origin, GraphDeleteSnapshotDocument, { input: { id: 'one' } })
    return { ...answer, result: data.deleteSnapshot }
  },
}
const names = ['create', 'update', 'delete'] as const

const refusals = [
  { status: 400, reason: 'REJECTED', message: 'Datadog does not accept these values.' },
  { status: 403, reason: 'FORBIDDEN', message: 'The keys of Datadog may not change snapshots.' },
  {
    status: 404,
    reason: 'NOT_FOUND',
    message: 'Datadog does not know this snapshot, or what it should show.',
  },
  { status: 409, reason: 'CONFLICT', message: 'The snapshot was changed meanwhile.' },
  {
    status: 410,
    reason: 'NOT_FOUND',
    message: 'Datadog does not know this snapshot, or what it should show.',
  },
  { status: 412, reason: 'CONFLICT', message: 'The snapshot was changed meanwhile.' },
  { status: 422, reason: 'REJECTED', message: 'Datadog does not accept these values.' },
] as const

const exists = { reason: 'ALREADY_EXISTS', message: 'Datadog has such a snapshot already.' }

test.each(
  names.flatMap(name =>
    refusals.map(refusal => ({
      name,
      ...refusal,
      ...(name === 'create' && refusal.status === 409 && exists),
    })),
  ),
)(
  'the status $status to $name is the refusal $reason, in our words and those of the vendor',
  async example => {
    const { name, status, reason, message } = example
    await using served = await serve()
    const answer = { status, body: { errors: ['words of the vendor'], statuspage: 'other members' } }
    served.sandbox.datadog.journal.script({ answer })
    const { result, errors, text } = await mutations[name](served.origin)
    expect(errors).toEqual([])
    expect(result).toEqual({
      __typename: 'SnapshotRefusal',
      reason,
      message: `${message} It says: words of the vendor`,
    })
    expect(text).not.toContain('other members')
    expect(served.sandbox.datadog.journal.count()).toBe(1)
  },
)

test.each(
  names.flatMap(name => [
    { name, status: 401, code: 'UPSTREAM_UNAUTHENTICATED' },
    { name, status: 429, code: 'UPSTREAM_RATE_LIMITED' },
    { name, status: 500, code: 'UPSTREAM_UNAVAILABLE' },
    { name, status: 504, code: 'UPSTREAM_TIMEOUT' },
  ]),
)('the status $status to $name is no refusal but the error $code', async ({ name, status, code }) => {
  await using served = await serve()
  served.sandbox.datadog.journal.script({ answer: { status } })
  const { result, errors } = await mutations[name](served.origin)
  expect(result).toBeNull()
  expect(errors).toMatchObject([
    { path: [`${name}Snapshot`], extensions: { code, provider: 'datadog', upstreamStatus: status } },
  ])
})

test.each([
  { applicationId: ' ' },
  { deviceType: '' },
  { name: '' },
  { viewName: '\t' },
  { eventId: '' },
  { sessionId: '' },
  { viewId: '' },
  { start: -1 },
  { start: 0.5 },
  { start: 2 ** 53 },
])('%j is bad input, said before Datadog is asked', async wrong => {
  await using served = await serve()
  const input = { ...creation, ...wrong }
  const { data, errors } = await ask(served.origin, GraphCreateSnapshotDocument, { input })
  expect(data).toBeUndefined()
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(served.sandbox.datadog.journal.count()).toBe(0)
})

test.each(['..', '.', ' '])('the id "%s", which no URL can hold, is bad input', async id => {
  await using served = await serve()
  const deleted = await ask(served.origin, GraphDeleteSnapshotDocument, { input: { id } })
  const updated = await ask(served.origin, GraphUpdateSnapshotDocument, { input: { id, ...change } })
  for (const { errors } of [deleted, updated])
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(served.sandbox.datadog.journal.count()).toBe(0)
})

test('an id with a slash reaches no other route', async () => {
  await using served = await serve()
  const input = { id: '../snapshots?x=1' }
  const { data } = await ask(served.origin, GraphDeleteSnapshotDocument, { input })
  expect(data.deleteSnapshot).toMatchObject({ reason: 'NOT_FOUND' })
  expect(served.sandbox.datadog.journal.calls.map(({ path }) => path)).toEqual([
    '/api/v2/replay/heatmap/snapshots/..%2Fsnapshots%3Fx%3D1',
  ])
})

test('identifiers past 2^53 are exact', async () => {
  await using served = await serve()
  const variables = { viewName: '/pricing', applicationId: 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb' }
  const body = `{"data":[{"id":"one","type":"snapshots","attributes":{
    "org_id":9223372036854775807,"created_by_user_id":-9223372036854775808,"start":9007199254740993}}]}`
  served.sandbox.datadog.journal.script({ answer: { body } })
  const { data, errors } = await ask(served.origin, GraphSnapshotsDocument, variables)
  expect(data.snapshots).toMatchObject([
    { id: 'one', orgId: '9223372036854775807', createdByUserId: '-9223372036854775808', start: null },
  ])
  expect(errors).toMatchObject([
    { path: ['snapshots', 0, 'start'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } },
  ])
})

function snapshotOf(result: { readonly snapshot?: { readonly id: string } } | object | null) {
  return result && 'snapshot' in result && result.snapshot ? result.snapshot : { id: '' }
}
