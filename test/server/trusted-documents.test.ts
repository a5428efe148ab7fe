import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'graphql'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { readManifest } from '../../src/documents/trusted-documents.ts'
import { startIsotherm } from '../../src/isotherm.ts'
import * as generated from '../generated/graphql.ts'
import listed from '../generated/persisted-documents.json' with { type: 'json' }
import { emptyFolder } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { takeCalls } from '../support/refused.ts'
import { sentId } from '../support/request-ids.ts'
import { type Served, serve } from '../support/serving.ts'

const stores = 'query Stores($first: Int = 1) { locations(first: $first) { nodes { id } } }'
const totals = generated.TimeTotalsDocument.toString()
const hash = 'a'.repeat(64)
const manifest = {
  [`sha256:${hash}`]: stores,
  totals,
  pages: '{ website(by: { id: "shop" }) { views(first: 1) { nodes { path } } } }',
  remove: 'mutation Remove { deleteSnapshot(input: { id: "one" }) { __typename } }',
  yesterday:
    '{ location(by: { id: "oxford-street" }) { traffic(range: { period: YESTERDAY }, metrics: [VISITS]) { total } } }',
  lacking:
    '{ locations(first: 100) { traffic(range: { period: YESTERDAY }, metrics: [VISITS]) { lacking { code } } } }',
  slow: '{ locations(first: 1) { nodes { ... @defer { name } } } }',
}
const answered = { data: { locations: { nodes: [{ id: 'Location:oxford-street' }] } } }

const resources = new AsyncDisposableStack()
let file = ''
/** By its mode. */
let served: Readonly<Record<'off' | 'log' | 'refuse', Served>>

beforeAll(async () => {
  file = join(await emptyFolder(resources), 'persisted-documents.json')
  await writeFile(file, JSON.stringify(manifest))
  const [off, log, refuse] = await Promise.all([serveIn('off'), serveIn('log'), serveIn('refuse')])
  served = { off, log, refuse }
  return () => resources.disposeAsync()
})

afterEach(() => {
  vi.useRealTimers()
})

async function serveIn(mode: string): Promise<Served> {
  const environment = { ISOTHERM_DOCUMENTS: file, ISOTHERM_DOCUMENT_MODE: mode }
  return resources.use(await serve({ environment }))
}

const strict = { accept: 'application/graphql-response+json' }

function get(parameters: Readonly<Record<string, string>>, headers: Record<string, string> = strict) {
  return fetch(`${served.refuse.origin}/graphql?${new URLSearchParams(parameters)}`, { headers })
}

function post(origin: string, body: object): Promise<Response> {
  const headers = { ...strict, 'content-type': 'application/json', 'x-request-id': sentId }
  return fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Status and codes of a refusal. */
async function refusalOf(response: Response) {
  const { errors }: { errors: { extensions: { code: string } }[] } = await response.json()
  return { status: response.status, codes: errors.map(({ extensions }) => extensions.code) }
}

const ids = [
  ['as the GraphQL-over-HTTP proposal says', { documentId: `sha256:${hash}` }],
  ['without the name of its hash', { documentId: hash }],
  ['as Apollo says', { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }],
  [
    'as Apollo says, of a client preset',
    { extensions: { persistedQuery: { version: 1, sha256Hash: `sha256:${hash}` } } },
  ],
] as const

describe.each(['off', 'log', 'refuse'] as const)('with the mode %s', mode => {
  test.each(ids)('a document is asked by its id %s', async (_how, named) => {
    const response = await post(served[mode].origin, { ...named, variables: { first: 1 } })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual(answered)
  })

  test('an unknown id is told by the code and the message that clients know', async () => {
    const response = await post(served[mode].origin, { documentId: 'other' })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'PersistedQueryNotFound',
          extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', requestId: sentId },
        },
      ],
    })
  })

  test('a document of the manifest is asked by its text, however it is laid out', async () => {
    const logged = served[mode].log.length
    const other = `# mine\n${stores.replaceAll(' ', '\n ')}`
    expect(await (await post(served[mode].origin, { query: other })).json()).toEqual(answered)
    const { errors } = await askText(served[mode].origin, totals, { ids: [], range: { utc: null } })
    expect(errors).not.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect(served[mode].log).toHaveLength(logged)
  })

  test('variables that do not fit are refused in few words, however many they are', async () => {
    const range = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`key${index}`, index]))
    const response = await post(served[mode].origin, { query: totals, variables: { ids: [], range } })
    const text = await response.text()
    expect(text.length).toBeLessThan(64_000)
    const { errors }: { errors: { extensions: { code: string } }[] } = JSON.parse(text)
    expect(errors).toHaveLength(50)
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']))
  })

  test('neither a text nor an id is bad input', async () => {
    expect(await refusalOf(await post(served[mode].origin, {}))).toEqual({
      status: 400,
      codes: ['BAD_REQUEST'],
    })
  })
})

test.each(ids)('a document is asked by GET, by its id %s', async (_how, named) => {
  const parameters = Object.entries(named).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const response = await get({ ...Object.fromEntries(parameters), variables: '{"first":1}' })
  expect(response.headers.get('cache-control')).toBe('private, max-age=30')
  expect(response.headers.get('vary')).toBe(
    'accept, authorization, isotherm-account, isotherm-explain, origin, apollo-federation-include-trace, sec-fetch-site',
  )
  expect(await response.json()).toEqual(answered)
})

test('a GET by id that still has the same answer says so, and no more', async () => {
  const parameters = { documentId: 'pages' }
  // As a browser's own cache asks; fetch alone would say no-cache.
  const conditional = { ...strict, 'cache-control': 'max-age=0' }
  const first = await get(parameters)
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^W\/"/)
  const again = await get(parameters, { ...conditional, 'if-none-match': etag })
  expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
  expect(again.headers.get('cache-control')).toBe('private, max-age=30')
  const other = await get({ documentId: hash }, { ...conditional, 'if-none-match': etag })
  expect(await other.json()).toEqual(answered)
})

test('a cache does not give one page what it kept for another, or for none', async () => {
  const pages = ['http://a.example', 'http://b.example']
  const environment = { ISOTHERM_DOCUMENTS: file, ISOTHERM_CORS_ORIGINS: pages.join() }
  await using open = await serve({ environment })
  const url = `${open.origin}/graphql?documentId=${hash}`
  for (const origin of [undefined, ...pages]) {
    const { headers } = await fetch(url, { headers: { ...strict, ...(origin && { origin }) } })
    expect(headers.get('vary')?.toLowerCase().split(', ')).toContain('origin')
    expect(headers.get('access-control-allow-origin') ?? undefined).toBe(origin)
  }
})

test('nobody keeps an error', async () => {
  served.refuse.sandbox.zenovay.journal.script({ times: 1, answer: { status: 403 } })
  const response = await get({ documentId: 'pages' })
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('etag')).toBeNull()
})

test('nobody keeps what stands in for a vendor that is down', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const environment = { ISOTHERM_DOCUMENTS: file, ISOTHERM_CACHE_BYTES: '100000000' }
  await using keeping = await serve({ environment })
  const url = `${keeping.origin}/graphql?documentId=pages`
  expect((await fetch(url)).headers.get('cache-control')).toBe('private, max-age=30')
  keeping.sandbox.zenovay.journal.script({ answer: { status: 503 } })
  vi.setSystemTime(Date.now() + 660_000)
  const response = await fetch(url)
  expect(await response.json()).toMatchObject({ extensions: { freshness: { zenovay: { stale: true } } } })
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('nobody keeps a day beyond its midnight', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-10T23:59:49.500Z') })
  const ages = async () => (await get({ documentId: 'yesterday' })).headers.get('cache-control')
  expect(await ages()).toBe('private, max-age=10')
  vi.setSystemTime('2026-11-11T00:00:00Z')
  expect(await ages()).toBe('private, max-age=30')
})

test('nobody keeps a sum that lacks a place', async () => {
  served.refuse.sandbox.analytiks.journal.script({
    route: 'POST /json/v2',
    times: 1,
    answer: { status: 404 },
  })
  const response = await get({ documentId: 'lacking' })
  expect(await response.json()).toMatchObject({
    data: { locations: { traffic: { lacking: expect.arrayContaining([{ code: 'UPSTREAM_NOT_FOUND' }]) } } },
  })
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('nobody keeps a plan', async () => {
  const response = await get({ documentId: 'pages' }, { ...strict, 'isotherm-explain': 'plan' })
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('a GET by id changes nothing', async () => {
  takeCalls(served.refuse.sandbox)
  const response = await get({ documentId: 'remove' })
  expect(response.status).toBe(405)
  expect(takeCalls(served.refuse.sandbox)).toEqual([])
})

test('a GET by id comes in parts where it asks for that', async () => {
  const response = await get({ documentId: 'slow' }, { accept: 'multipart/mixed' })
  expect(response.headers.get('content-type')).toContain('multipart/mixed')
  expect(response.headers.get('etag')).toBeNull()
  expect(await response.text()).toContain('"name":"Oxford Street"')
})

test("whatever a client preset lists, it is known by the preset's hash and by its text", () => {
  const read = readManifest(JSON.stringify(listed), 'persisted-documents.json')
  const documents = 'documents' in read ? read.documents : undefined
  const typed = Object.entries(generated).flatMap(([name, value]) =>
    value instanceof generated.TypedDocumentString && name.endsWith('Document') ? [value] : [],
  )
  expect(typed.length).toBeGreaterThan(30)
  for (const document of typed) {
    expect(documents?.textOf(document.__meta__?.hash)).toBeDefined()
    expect(documents?.has(parse(document.toString()))).toBe(true)
  }
  expect(documents?.has(parse('{ __typename }'))).toBe(false)
})

describe('what is not in the manifest', () => {
  const query = 'query Hush($id: ID! = "hush hush") { website(by: { id: $id }) { name } }'

  test('is answered by default', async () => {
    expect((await askText(served.off.origin, query)).status).toBe(200)
    expect(served.off.log).toEqual([])
  })

  test('is answered and logged once, by its name and hash', async () => {
    for (let time = 0; time < 3; time++) expect((await askText(served.log.origin, query)).status).toBe(200)
    expect(served.log.log.filter(line => line.includes('Hush'))).toEqual([
      expect.stringMatching(/^not in the manifest: Hush, sha256:[0-9a-f]{64}$/),
    ])
    expect(served.log.log.join()).not.toContain('hush')
  })

  test.each([
    ['a query', query],
    ['introspection', '{ __schema { queryType { name } } }'],
    ['a document that holds one of the manifest', `${stores} query Other { __typename }`],
    ['a change', 'mutation { deleteSnapshot(input: { id: "one" }) { __typename } }'],
    ['one that does not fit the schema', '{ nothing }'],
  ])('is refused before anything is asked: %s', async (_what, text) => {
    takeCalls(served.refuse.sandbox)
    const { status, errors } = await askText(served.refuse.origin, text)
    expect(status).toBe(403)
    expect(errors).toEqual([
      {
        message: 'This server only answers the documents of its manifest: send one of them, or its id.',
        extensions: { code: 'FORBIDDEN' },
      },
    ])
    expect(takeCalls(served.refuse.sandbox)).toEqual([])
  })

  test('is refused as a GET too', async () => {
    expect(await refusalOf(await get({ query }))).toEqual({ status: 403, codes: ['FORBIDDEN'] })
  })
})

describe('a browser', () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

  test('that opens a server that refuses texts is told why there is no GraphiQL', async () => {
    const page = await (await get({}, html)).text()
    expect(page).toContain('ISOTHERM_DOCUMENT_MODE=refuse')
    expect(page.toLowerCase()).not.toContain('<script')
  })

  test('that opens the link of a document sees its answer', async () => {
    expect(await (await get({ documentId: hash }, html)).json()).toEqual(answered)
  })
})

describe('a manifest that is wrong keeps it from starting, with all else that is wrong', () => {
  const cases: readonly (readonly [what: string, text: string, problems: readonly string[]])[] = [
    ['no JSON', '{', ['the manifest of documents is not JSON']],
    ['nothing, as of a full disk', '', ['the manifest of documents is not JSON']],
    ['a list', '[]', ['the manifest of documents must be an object: the text of each document by its id']],
    [
      'other values than texts',
      '{ "a": 1, "b": null, "c": "{ a }" }',
      ['a: must be the text of a document', 'b: must be the text of a document'],
    ],
    [
      'texts that are no documents',
      '{ "a": "{", "b": "{ a }" }',
      ['a: is no GraphQL document (Syntax Error: Expected Name, found <EOF>.)'],
    ],
    [
      'texts that ask for nothing',
      '{ "a": "type A { a: Int }", "b": "fragment B on A { a }", "c": "{ a }" }',
      ['a: holds no operation', 'b: holds no operation'],
    ],
    [
      'two texts by one id',
      '{ "sha256:a": "{ a }", "a": "{ b }" }',
      ['a: is there twice, with and without sha256:'],
    ],
    [
      "Apollo's form",
      '{ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [] }',
      [
        "the manifest of documents is in Apollo's form, and must be an object: the text of each document by its id",
      ],
    ],
  ]

  test('not one that begins with a byte order mark', async () => {
    await using folders = new AsyncDisposableStack()
    const marked = join(await emptyFolder(folders), 'documents.json')
    await writeFile(marked, '\uFEFF{ "one": "{ locations { totalCount } }" }\r\n')
    await using isotherm = await startIsotherm({ PORT: '0', ISOTHERM_DOCUMENTS: marked })
    const response = await fetch(`${isotherm.origin}/graphql?documentId=one`)
    expect(await response.json()).toMatchObject({ data: { locations: { totalCount: 12 } } })
  })

  test.each(cases)('%s', async (_what, text, problems) => {
    await using folders = new AsyncDisposableStack()
    const broken = join(await emptyFolder(folders), 'documents.json')
    await writeFile(broken, text)
    await expect(startIsotherm({ PORT: 'x', ISOTHERM_DOCUMENTS: broken })).rejects.toMatchObject({
      problems: [expect.stringMatching(/^PORT:/), ...problems.map(problem => `${broken}: ${problem}`)],
    })
  })

  test('none', async () => {
    const environment = { PORT: 'x', ISOTHERM_DOCUMENTS: '/nowhere/documents.json' }
    await expect(startIsotherm(environment)).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/^PORT:/),
        '/nowhere/documents.json: the manifest of documents cannot be read (ENOENT)',
      ],
    })
  })

  test.each(['log', 'refuse'])('no file named, with the mode %s', async mode => {
    await expect(startIsotherm({ PORT: '0', ISOTHERM_DOCUMENT_MODE: mode })).rejects.toMatchObject({
      problems: [
        'ISOTHERM_DOCUMENT_MODE: needs a manifest of documents, whose file ISOTHERM_DOCUMENTS names',
      ],
    })
  })
})
