import fc from 'fast-check'
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox.ts'
import { bearer, type Guarded, prefixes, serveGuarded, someCaller } from '../support/guarded.ts'

const ids = ['one', 'two'] as const
type Id = (typeof ids)[number]

const caller = someCaller('both', ids)
const pages =
  '{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views { nodes { path } } } }'
const images =
  '{ website(by: { posthogProjectId: "1" }) { heatmaps(first: 1) { nodes { image(width: 1024) { link } } } } }'
const names = '{ locations(first: 1) { nodes { name } } }'
/** Each account has its own meaning of the id `both`, and one document that the other has not. */
const documents = {
  one: { both: names, 'one-only': '{ locations(first: 2) { nodes { name } } }' },
  two: {
    both: '{ locations(first: 3) { nodes { name } } }',
    'two-only': '{ locations(first: 4) { nodes { name } } }',
  },
} as const

const questions = [
  'pages',
  'image',
  'id',
  'own id',
  'other id',
  'own text',
  'other text',
  'foreign image',
] as const

describe.each(['equal', 'different'] as const)('two accounts with %s credentials', kind => {
  let guarded: Guarded
  let others: Sandbox | undefined
  const links = { one: new Set<string>(), two: new Set<string>() }

  beforeAll(async () => {
    others = kind === 'different' ? await startSandbox() : undefined
    const second = Object.entries(others?.environment() ?? {}).map(([name, value]) => [
      prefixes[1] + name,
      value,
    ])
    guarded = await serveGuarded(
      {
        accounts: ids.map((id, index) => ({
          id,
          variables: prefixes[index],
          catalog: `${id}.yaml`,
          documents: `${id}.json`,
        })),
        callers: [caller.entry],
      },
      {
        level: 'info',
        environment: { ...Object.fromEntries(second), ISOTHERM_DOCUMENT_MODE: 'log' },
        files: Object.fromEntries(
          ids.flatMap(id => [
            [`${id}.yaml`, `locations: [{ id: ${id}, name: Only ${id} }]`],
            [`${id}.json`, JSON.stringify(documents[id])],
          ]),
        ),
      },
    )
  })
  afterAll(async () => {
    await guarded[Symbol.asyncDispose]()
    await others?.[Symbol.asyncDispose]()
  })

  test('never share an answer, a link or a line of the log, whatever is asked before', async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...questions)), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(steps, async asked => {
        for (const [id, question] of asked) await ask(id, question)
      }),
      { numRuns: 15 },
    )
    for (const id of ids) {
      await ask(id, 'pages')
      await ask(id, 'image')
    }
    expect([...links.one].filter(link => links.two.has(link))).toEqual([])
    // Each account asks its vendor once, and keeps the answer for itself.
    const calls = [guarded.sandbox, others].map(sandbox => sandbox?.zenovay.journal.calls.length)
    expect(calls).toEqual(kind === 'equal' ? [2, undefined] : [1, 1])
    const lines = guarded.logLines.map(line => JSON.parse(line)).filter(({ route }) => route === 'graphql')
    expect(lines.length).toBeGreaterThan(4)
    for (const { requestId, account } of lines) expect(requestId).toMatch(new RegExp(`^${account}-`))
  })

  async function ask(id: Id, question: (typeof questions)[number]): Promise<void> {
    const other = id === 'one' ? 'two' : 'one'
    switch (question) {
      case 'pages':
        return expect(await post(id, { query: pages })).toMatchObject({
          data: { website: { views: { nodes: expect.any(Array) } } },
        })
      case 'image': {
        const text = JSON.stringify(await post(id, { query: images }))
        for (const [link] of text.matchAll(/http:[^"]+/g)) {
          links[id].add(link)
          expect(decodeProtectedHeader(handleOf(link)).kid).toBe(id)
          expect([200, 202]).toContain((await fetch(link)).status)
        }
        expect(links[id].size).toBeGreaterThan(0)
        return
      }
      case 'foreign image': {
        for (const link of links[other]) {
          const [header = '', ...rest] = handleOf(link).split('.')
          const own = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), kid: id }
          const forgedHeader = Buffer.from(JSON.stringify(own)).toString('base64url')
          const forged = link.replace(handleOf(link), [forgedHeader, ...rest].join('.'))
          expect((await fetch(forged)).status).toBe(404)
        }
        return
      }
      case 'id':
        return expectOwn(id, await post(id, { documentId: 'both' }))
      case 'own id':
        return expectOwn(id, await post(id, { documentId: `${id}-only` }))
      case 'other id':
        return expect(await post(id, { documentId: `${other}-only` })).toMatchObject({
          errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
        })
      case 'own text':
        return expectOwn(id, await post(id, { query: documents[id].both }))
      case 'other text':
        return expectOwn(id, await post(id, { query: documents[other].both }))
    }
  }

  let count = 0
  async function post(id: Id, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json', 'x-request-id': `${id}-${kind}-${count++}` }
    const response = await fetch(`${guarded.origin}/graphql`, {
      method: 'POST',
      headers: { ...headers, ...bearer(caller.key, id) },
      body: JSON.stringify(body),
    })
    return response.json()
  }
})

test('a document that one account trusts is refused for another, in whatever order they ask', async () => {
  await using guarded = await serveGuarded(
    { accounts: ids.map(id => ({ id, documents: `${id}.json` })), callers: [caller.entry] },
    {
      environment: { ISOTHERM_DOCUMENT_MODE: 'refuse', ISOTHERM_DOCUMENTS: undefined },
      files: Object.fromEntries(ids.map(id => [`${id}.json`, JSON.stringify(documents[id])])),
    },
  )
  const statusOf = async (id: Id, query: string) => {
    const headers = { 'content-type': 'application/json', ...bearer(caller.key, id) }
    const response = await fetch(`${guarded.origin}/graphql`, {
      method: 'POST',
      headers: { ...headers, accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query }),
    })
    return response.status
  }
  for (const id of ['one', 'two', 'one', 'two'] as const)
    for (const owner of ids) expect(await statusOf(id, documents[owner].both)).toBe(id === owner ? 200 : 403)
})

function expectOwn(id: Id, body: unknown): void {
  expect(body).toMatchObject({ data: { locations: { nodes: [{ name: `Only ${id}` }] } } })
}

function handleOf(link: string): string {
  return new URL(link).pathname.slice('/images/'.length)
}
