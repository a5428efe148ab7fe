import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { sentId } from './support/request-ids.ts'
import { type Served, serve } from './support/serving.ts'
import { serveHttp } from './upstream/http/loopback.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

const names = [
  ...[
    'then',
    'catch',
    'finally',
    'constructor',
    '__proto__',
    'toJSON',
    'hasOwnProperty',
    'length',
    'valueOf',
  ],
  ...[
    'toString',
    'errors',
    'data',
    'extensions',
    'incremental',
    'hasNext',
    'next',
    'return',
    'prototype',
    'name',
  ],
]

const anyName = fc.oneof(fc.constant('then'), fc.constantFrom(...names))

/** A selection of a website or a view, and the JSON that answers it. */
interface Selection {
  readonly text: string
  readonly json: string
}
const { website: selection } = fc.letrec<{ website: Selection; view: Selection }>(tie => ({
  website: selectionOf(
    { text: 'id', json: '"Website:shop"' },
    { text: '__typename', json: '"Website"' },
    tie('view').map(({ text, json }) => ({ text: `view(path: "/p") ${text}`, json })),
  ),
  view: selectionOf(
    { text: 'path', json: '"/p"' },
    { text: 'id', json: '"View:shop:/p"' },
    tie('website').map(({ text, json }) => ({ text: `website ${text}`, json })),
  ),
}))

function selectionOf(one: Selection, other: Selection, nested: fc.Arbitrary<Selection>) {
  const field = fc.oneof({ maxDepth: 4 }, fc.constantFrom(one, other), nested)
  const fields = fc.uniqueArray(fc.tuple(anyName, field), {
    minLength: 1,
    maxLength: 4,
    selector: ([name]) => name,
  })
  return fields.map(fields => ({
    text: `{ ${fields.map(([name, { text }]) => `${name}: ${text}`).join(' ')} }`,
    json: `{${fields.map(([name, { json }]) => `"${name}":${json}`).join(',')}}`,
  }))
}

interface Asked {
  readonly query: string
  readonly operationName: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** The ways in which an operation may be asked; each gives the text of the result. */
const ways: Readonly<Record<string, (asked: Asked) => Promise<string>>> = {
  plain: asked => post(asked),
  traced: asked => post(asked, { 'apollo-federation-include-trace': 'ftv1' }),
  'as GET': async ({ query, operationName, variables }) => {
    const search = new URLSearchParams({ query, operationName, variables: JSON.stringify(variables) })
    const headers = { accept: 'application/json' }
    return (await fetch(`${served.origin}/graphql?${search}`, { headers })).text()
  },
  'as events': async asked => {
    const text = await post(asked, { accept: 'text/event-stream' })
    return /^data: (\{.*\})$/m.exec(text)?.[1] ?? text
  },
}

test('members of any name are answered as they stand, however often and in whatever way they are asked', async () => {
  const areRight = fc.asyncProperty(anyName, anyName, selection, async (name, root, { text, json }) => {
    const asked = {
      query: `query ${name}($${name}: WebsiteBy!) { ${root}: website(by: $${name}) { ...${name} } } fragment ${name} on Website ${text}`,
      operationName: name,
      variables: { [name]: { id: 'shop' } },
    }
    const expected = `{"data":{"${root}":${json}}`
    for (const [way, ask] of Object.entries(ways)) {
      // From the third run on it is compiled.
      for (let run = 0; run < 4; run++) {
        const told = await ask(asked)
        // Behind the data there may be a trace.
        expect(told.slice(0, expected.length), way).toBe(expected)
      }
    }
  })
  await fc.assert(areRight, { numRuns: 25 })
})

test('an operation that the document does not hold is refused with a sentence, whatever its name', async () => {
  for (const operationName of names) {
    const text = await post({ query: 'query Other { providers { name } }', operationName, variables: {} })
    expect(JSON.parse(text)).toEqual({
      errors: [
        {
          message: 'Could not determine what operation to execute.',
          extensions: { code: 'OPERATION_RESOLUTION_FAILURE', requestId: sentId },
        },
      ],
    })
  }
})

test('nothing is found by an id, a cursor or a type that means something to JavaScript, and nothing breaks', async () => {
  for (const name of names) {
    const query = `{ node(id: "${name}:${name}") { id } location(by: { id: "${name}" }) { id } website(by: { id: "${name}" }) { id } _entities(representations: [{ __typename: "${name}", id: "${name}" }]) { __typename } }`
    expect(await postBody(JSON.stringify({ query }))).not.toContain('INTERNAL_SERVER_ERROR')
    expect(await postBody(JSON.stringify({ documentId: name }))).toContain('PERSISTED_QUERY_NOT_FOUND')
  }
})

test('a part of any name comes as it stands, and lists and changes hold such members too', async () => {
  for (const name of names) {
    const query = `{ ${name}: locations(first: 2) { then: edges { ${name}: node { then: id ${name === 'then' ? '' : `${name}: name`} } } } ... @defer { a${name}: providers { then: name } } }`
    const parts = await postBody(JSON.stringify({ query }), { accept: 'multipart/mixed' })
    const whole = await postBody(JSON.stringify({ query }))
    expect(whole).toMatch(
      new RegExp(`^\\{"data":\\{"${name}":\\{"then":\\[\\{"${name}":\\{"then":"Location:`),
    )
    expect(whole).toContain('{"then":"aura-vision"}')
    expect(parts).toContain('{"then":"aura-vision"}')
    expect(parts).not.toContain('"errors":[{"message"')
  }
})

test('a subscription answers with members of any name', async () => {
  const id = await heatmapId()
  for (const name of ['then', '__proto__']) {
    const query = `subscription { ${name}: heatmapImage(id: "${id}") { then: state } }`
    const text = await postBody(JSON.stringify({ query }), { accept: 'text/event-stream' })
    expect(text).toContain(`{"data":{"${name}":{"then":"READY"}}`)
  }
})

async function heatmapId(): Promise<string> {
  const query = '{ website(by: { id: "shop" }) { heatmaps(first: 50) { nodes { id image { state } } } } }'
  const text = await postBody(JSON.stringify({ query }))
  const { data } = JSON.parse(text)
  const nodes: readonly { id: string; image: { state: string } }[] = data.website.heatmaps.nodes
  return nodes.find(({ image }) => image.state === 'READY')?.id ?? ''
}

test('entities are found by representations with members of any name', async () => {
  const representation = `{"__typename":"Location","id":"Location:oxford-street",${names.map(name => `"${name}":{"x":1}`).join(',')}}`
  for (let run = 0; run < 4; run++) {
    const body = `{"query":"query ($of: [_Any!]!) { then: _entities(representations: $of) { ... on Location { __proto__: id } } }","variables":{"of":[${representation}],"then":1}}`
    const text = await postBody(body)
    expect(text).toContain('{"data":{"then":[{"__proto__":"Location:oxford-street"}]}')
  }
})

test('an object in variables with a member that means something to JavaScript is refused by its name', async () => {
  for (const name of names) {
    const body = `{"query":"query ($by: LocationBy!) { location(by: $by) { id } }","variables":{"by":{"id":"ginza","${name}":{"id":"x"}}}}`
    const { errors } = JSON.parse(await postBody(body))
    expect(errors[0].message).toContain(`Field "${name}" is not defined by type "LocationBy".`)
  }
})

const hedgehog = `{"then":{"then":1},"__proto__":{"x":1},"toJSON":"text","constructor":null,"catch":1,"finally":2}`

test('what a vendor sent is handed on with members of any name', async () => {
  const creator = `{"id":1,"uuid":"019012ab-0000-7000-8000-000000000000","first_name":"A","email":"a@example.com","hedgehog_config":${hedgehog},"then":1,"__proto__":{"id":9}}`
  const row = `{"id":"019012ab-1111-7000-8000-000000000000","short_id":"abc","name":"n","url":"https://shop.example.com/","type":"screenshot","status":"completed","target_widths":[1024],"has_content":true,"snapshots":[],"deleted":false,"created_by":${creator},"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","exception":null,"then":"x","__proto__":{"id":"y"}}`
  await using posthog = await serveHttp((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"count":1,"next":null,"previous":null,"results":[${row}],"then":2}`)
  })
  await using other = await serve({ environment: { POSTHOG_HOST: posthog.url.origin } })
  const fields =
    'website(by: { id: "shop" }) { heatmaps { nodes { then: createdBy { then: hedgehogConfig } } } }'
  for (const [query, accept] of [
    [`{ ${fields} }`, 'application/json'],
    [`{ providers { name } ... @defer { ${fields.replaceAll('then: ', '')} } }`, 'multipart/mixed'],
  ] as const)
    for (let run = 0; run < 4; run++) {
      const response = await fetch(`${other.origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
      })
      expect(await response.text()).toContain(`:${hedgehog}}`)
    }
})

function post(asked: Asked, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return postBody(JSON.stringify(asked), headers)
}

async function postBody(body: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await fetch(`${served.origin}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-request-id': sentId,
      ...headers,
    },
    body,
  })
  return response.text()
}
