import { expect, test } from 'vitest'
import type { Journal } from '../../src/sandbox/emulator.ts'
import {
  DocumentCreateSnapshotDocument,
  DocumentDeleteSnapshotDocument,
  type DocumentSnapshotFragment,
  DocumentSnapshotsDocument,
  DocumentUpdateSnapshotDocument,
} from '../generated/graphql.ts'
import { type Answer, ask } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { change, creation } from '../support/snapshot-inputs.ts'
import { readExample } from '../support/vendor-page.ts'

const base = '/api/v2/replay/heatmap/snapshots'
const id = '00000000-0000-0000-0000-000000000001'

/** Each operation of the page, and how its answer holds snapshots. */
const operations = {
  list: async (origin: string) => {
    const answer = await ask(origin, DocumentSnapshotsDocument, { viewName: '/home' })
    return { ...answer, snapshots: answer.data.snapshots }
  },
  create: async (origin: string) => {
    const answer = await ask(origin, DocumentCreateSnapshotDocument, { input: creation })
    return { ...answer, snapshots: writtenOf(answer.data.createSnapshot) }
  },
  update: async (origin: string) => {
    const answer = await ask(origin, DocumentUpdateSnapshotDocument, { input: { id, ...change } })
    return { ...answer, snapshots: writtenOf(answer.data.updateSnapshot) }
  },
}

test.each([
  { operation: 'list', status: 200, path: ['snapshots', 0, 'start'] },
  { operation: 'create', status: 201, path: ['createSnapshot', 'snapshot', 'start'] },
  { operation: 'update', status: 200, path: ['updateSnapshot', 'snapshot', 'start'] },
] as const)("every value of the page's answer to $operation comes out of the graph", async example => {
  const { operation, status, path } = example
  await using served = await serve()
  const body = await readExample('datadog', `${operation}-response.json`)
  answerNext(served.sandbox.datadog.journal, status, body)
  const { snapshots, errors } = await operations[operation](served.origin)

  const { data } = JSON.parse(body)
  const [shown, ...others] = snapshots?.map(asOnPage) ?? []
  // The page has the word `integer` in place of this number, which is an error of the one field.
  expect(errors.map(failure)).toEqual([{ path, code: 'UPSTREAM_INVALID_RESPONSE', provider: 'datadog' }])
  expect(shown?.attributes.start).toBeNull()
  const resource = shown && { ...shown, attributes: { ...shown.attributes, start: 'integer' } }
  expect(operation === 'list' ? [resource, ...others] : resource).toStrictEqual(data)
})

test('a start that is a number comes out as it is', async () => {
  await using served = await serve()
  const body = await readExample('datadog', 'list-response.json')
  answerNext(served.sandbox.datadog.journal, 200, body.replaceAll('"integer"', '9007199254740991'))
  const { snapshots, errors } = await operations.list(served.origin)
  expect(errors).toEqual([])
  expect(snapshots).toMatchObject([
    { start: 9007199254740991, orgId: '9007199254740991', createdByUserId: '9007199254740991' },
  ])
})

test("the page's request to list is sent with both keys, and with every parameter that it names", async () => {
  await using served = await serve({ environment: pageKeys })
  const { origin } = served
  await ask(origin, DocumentSnapshotsDocument, { viewName: '/home' })
  await ask(origin, DocumentSnapshotsDocument, {
    viewName: '/home',
    deviceType: 'desktop',
    applicationId: creation.applicationId,
    first: 7,
  })
  const { calls } = served.sandbox.datadog.journal
  for (const call of calls) expect(call).toMatchObject({ headers: keyHeaders, body: undefined })
  const urls = calls.map(({ path }) => new URL(path, origin))
  expect(urls.map(({ pathname }) => pathname)).toEqual([base, base])
  // The page's example leaves the limit to the vendor; the graph says how many it will answer.
  expect(urls.map(({ searchParams }) => Object.fromEntries(searchParams))).toEqual([
    { 'filter[view_name]': '/home', 'page[limit]': '100' },
    {
      'filter[view_name]': '/home',
      'filter[device_type]': 'desktop',
      'filter[application_id]': creation.applicationId,
      'page[limit]': '7',
    },
  ])
})

test.each([
  { operation: 'create', method: 'POST', path: base },
  { operation: 'update', method: 'PATCH', path: `${base}/${id}` },
] as const)("the page's request to $operation is sent as it is on the page", async example => {
  const { operation, method, path } = example
  await using served = await serve({ environment: pageKeys })
  await operations[operation](served.origin)
  const { calls } = served.sandbox.datadog.journal
  expect(calls).toMatchObject([{ path, headers: { ...keyHeaders, 'content-type': 'application/json' } }])
  expect(calls[0]?.route).toMatch(method)
  expect(calls[0]?.body).toStrictEqual(JSON.parse(await readExample('datadog', `${operation}-request.json`)))
})

test("what the page's code examples leave out is not sent", async () => {
  await using served = await serve()
  const { sessionId, viewId, ...shorter } = creation
  await ask(served.origin, DocumentCreateSnapshotDocument, { input: shorter })
  const page = JSON.parse(await readExample('datadog', 'create-request.json'))
  delete page.data.attributes.session_id
  delete page.data.attributes.view_id
  expect(served.sandbox.datadog.journal.calls.map(({ body }) => body)).toStrictEqual([page])
})

test("the page's request to delete is sent as it is on the page, and its empty answer is a success", async () => {
  await using served = await serve({ environment: pageKeys })
  served.sandbox.datadog.journal.script({ answer: { status: 204 } })
  const { data, errors } = await ask(served.origin, DocumentDeleteSnapshotDocument, { input: { id } })
  expect({ data, errors }).toEqual({
    data: { deleteSnapshot: { __typename: 'SnapshotDeleted', id } },
    errors: [],
  })
  const { calls } = served.sandbox.datadog.journal
  expect(calls).toMatchObject([{ path: `${base}/${id}`, headers: keyHeaders, body: undefined }])
  expect(calls[0]?.route).toMatch('DELETE')
})

test.each([
  ...Object.entries(operations),
  ['delete', (origin: string) => ask(origin, DocumentDeleteSnapshotDocument, { input: { id } })] as const,
])("the page's answer to too many requests is told by %s, not in its words", async (_name, run) => {
  await using served = await serve()
  answerNext(served.sandbox.datadog.journal, 429, await readExample('datadog', 'too-many-requests.json'))
  const { errors, text }: Answer<unknown> = await run(served.origin)
  expect(errors.map(({ extensions }) => extensions)).toEqual([
    { code: 'UPSTREAM_RATE_LIMITED', provider: 'datadog', retryable: true, upstreamStatus: 429 },
  ])
  expect(text).not.toContain('Bad Request')
})

const pageKeys = { DD_API_KEY: 'DD_API_KEY of the page', DD_APP_KEY: 'DD_APP_KEY of the page' }
const keyHeaders = {
  accept: 'application/json',
  'dd-api-key': pageKeys.DD_API_KEY,
  'dd-application-key': pageKeys.DD_APP_KEY,
}

function answerNext(journal: Journal, status: number, body: string): void {
  const headers = { 'content-type': 'application/json' }
  journal.script({ answer: { status, headers, body } })
}

function failure({ path, extensions: { code, provider } }: Answer<unknown>['errors'][number]) {
  return { path, code, provider }
}

function writtenOf(
  result: { readonly snapshot?: DocumentSnapshotFragment | null } | { readonly reason: string } | null,
): DocumentSnapshotFragment[] {
  return result && 'snapshot' in result && result.snapshot ? [result.snapshot] : []
}

function asOnPage(snapshot: DocumentSnapshotFragment) {
  return {
    attributes: {
      application_id: snapshot.applicationId,
      created_at: snapshot.createdAt,
      created_by: snapshot.createdBy,
      created_by_handle: snapshot.createdByHandle,
      created_by_user_id: snapshot.createdByUserId,
      device_type: snapshot.deviceType,
      event_id: snapshot.eventId,
      is_device_type_selected_by_user: snapshot.isDeviceTypeSelectedByUser,
      modified_at: snapshot.modifiedAt,
      org_id: snapshot.orgId,
      session_id: snapshot.sessionId,
      snapshot_name: snapshot.name,
      start: snapshot.start,
      view_id: snapshot.viewId,
      view_name: snapshot.viewName,
    },
    id: snapshot.id,
    // What every resource of this route is.
    type: 'snapshots',
  }
}
