import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scopes } from '../../src/access/scopes.ts'
import { bearer, type Guarded, serveGuarded, someCaller } from '../support/guarded.ts'
import { propertyRuns } from '../support/property-runs.ts'

const reader = someCaller('reader', ['acme'], { scopes: scopes.filter(scope => scope !== 'people:read') })
const owner = someCaller('owner', ['acme'])
let guarded: Guarded

beforeAll(async () => {
  guarded = await serveGuarded(
    { accounts: [{ id: 'acme' }], callers: [reader.entry, owner.entry] },
    { level: 'info', environment: { ISOTHERM_CACHE_BYTES: '0', ISOTHERM_METRICS: '127.0.0.1:0' } },
  )
})
afterAll(() => guarded[Symbol.asyncDispose]())

interface Group {
  readonly role: string
  readonly age: string
  readonly gender: string
}

const word = (maxLength: number) =>
  fc
    .array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), { minLength: 10, maxLength })
    .map(letters => letters.join(''))
const group: fc.Arbitrary<Group> = fc.record({ role: word(20), age: word(16), gender: word(14) })

const location_id = '64a1b2c3d4e5f6a7b8c9d0e3'
const created = '2026-08-03T10:00:00'
const range = { start: '2026-08-03T00:00:00Z', end: '2026-08-04T00:00:00Z' }

/** From now on Aura Vision has a heatmap of each of these groups. */
function plant(groups: readonly Group[]): void {
  const { journal } = guarded.sandbox['aura-vision']
  const url = 'https://heatmaps.auravisionlabs.com/one.png'
  const row = { location_id, recording_id: 'one', heatmap_type: 'path', created, url }
  journal.clear()
  journal.script({
    route: 'detail/list',
    frames: [`{id}|0|0|${JSON.stringify(groups.map(one => ({ ...row, ...one })))}`],
  })
}

const lists = `query ($range: TimeRange!, $after: String) {
  location(by: { id: "oxford-street" }) {
    heatmaps(range: $range, types: [PATH]) { __typename id createdAt recordingId role image { state link } }
    heatmapConnection(range: $range, types: [PATH], first: 2, after: $after) {
      edges { cursor node { id age } }
      pageInfo { startCursor endCursor }
    }
  }
}`
const lookUps = `query ($id: ID!, $keys: [_Any!]!) {
  node(id: $id) { id ... on Heatmap { createdAt image { link } } ... on SpatialHeatmap { gender } }
  nodes(ids: [$id]) { id }
  _entities(representations: $keys) { ... on SpatialHeatmap { id role } }
}`

/** All that a response says, in its status, its headers and its body. */
async function told(response: Response): Promise<string> {
  return [response.status, JSON.stringify([...response.headers]), await response.text()].join('\n')
}

async function ask(
  { key }: { readonly key: string },
  query: string,
  variables: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  return told(
    await fetch(`${guarded.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(key), ...headers },
      body: JSON.stringify({ query, variables }),
    }),
  )
}

const found = (said: string, form: RegExp) => [...new Set(said.match(form))]
const idsIn = (said: string) => found(said, /SpatialHeatmap:[^"\\]+/g)
const linksIn = (said: string) => found(said, /http:[^"]+\/images\/[^"]+/g)
const cursorsIn = (said: string) => found(said, /(?<="cursor":")[^"]+/g)

/** All that a caller without people:read can learn. */
async function learn(): Promise<string> {
  const said = [await ask(reader, lists, { range })]
  const [id = 'none'] = idsIn(said.join())
  const keys = [{ __typename: 'SpatialHeatmap', id }]
  for (const headers of [{}, { 'isotherm-explain': 'plan' }, { 'apollo-federation-include-trace': 'ftv1' }])
    said.push(await ask(reader, lookUps, { id, keys }, headers))
  for (const after of cursorsIn(said.join())) said.push(await ask(reader, lists, { range, after }))
  // What is wrong, and what is gone by now.
  said.push(await ask(reader, lookUps, { id: `${id}x`, keys: [{ ...keys[0], id: id.slice(0, -4) }] }))
  for (const link of linksIn(said.join())) said.push(await told(await fetch(link)))
  plant([])
  said.push(await ask(reader, lookUps, { id, keys }))
  said.push(await told(await fetch(guarded.isotherm.metricsUrl ?? '')))
  return said.join('\n')
}

/** The text, and what its parts are when they are decoded from wherever their encoding may begin, again and again. */
function readings(text: string, depth = 3): readonly string[] {
  if (depth === 0) return [text]
  const parts = new Set([/[\w-]{8,}/g, /[\w+/]{8,}/g].flatMap(form => text.match(form) ?? []))
  const decoded = [...parts].flatMap(part => [
    Buffer.from(part, 'hex'),
    ...[0, 1, 2, 3].map(start => Buffer.from(part.slice(start), 'base64')),
  ])
  return [text, ...decoded.flatMap(bytes => readings(bytes.toString('latin1'), depth - 1))]
}

/** An id as it was before ids were encrypted. */
function plainKey({ role, age, gender }: Group): string {
  const rest = JSON.stringify(['one', role, age, gender, `${created}.000Z`, null, null, null, null])
  return `${location_id}:path:${Buffer.from(rest).toString('base64url')}`
}

/** What anybody can compute who guesses the group. */
function guesses(guess: Group): readonly string[] {
  const key = plainKey(guess)
  return [key, `SpatialHeatmap:${key}`].flatMap(text => [
    crc32(text).toString(36),
    ...(['base64url', 'hex'] as const).map(form => createHash('sha256').update(text).digest(form)),
  ])
}

test('whoever may not read of people learns no role, age and gender, in no encoding', async () => {
  const lengths = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.tuple(group, group), async groups => {
      fc.pre(groups[0].role !== groups[1].role)
      plant(groups)
      const said = (await learn()) + guarded.logLines.join('\n')
      expect(idsIn(said).length).toBeGreaterThan(1)
      expect(linksIn(said).length).toBeGreaterThan(1)
      expect(cursorsIn(said).length).toBeGreaterThan(1)
      const values = groups.flatMap(one => Object.values(one))
      const all = readings(said).join('\n')
      expect(values.filter(value => all.includes(value))).toEqual([])
      expect(groups.flatMap(guesses).filter(guess => said.includes(guess))).toEqual([])
      for (const text of [...idsIn(said).slice(0, 2), ...linksIn(said)]) lengths.add(`${text.length}`)
    }),
    { numRuns: propertyRuns(8) },
  )
  // One of ids, one of links.
  expect(lengths.size).toBe(2)
})

test('whoever may gets the same ids, and the values behind them', async () => {
  const groups = [
    { role: 'customer', age: '25-34', gender: 'female' },
    { role: 'staff', age: '65+', gender: 'male' },
  ]
  plant(groups)
  const [mine, theirs] = [await ask(owner, lists, { range }), await ask(reader, lists, { range })]
  expect(idsIn(mine)).toEqual(idsIn(theirs))
  expect(linksIn(mine)).toEqual(linksIn(theirs))
  expect(cursorsIn(mine)).toEqual(cursorsIn(theirs))
  expect(mine).toContain('"role":"customer"')
  for (const id of idsIn(mine)) {
    const seen = await ask(owner, lookUps, { id, keys: [{ __typename: 'SpatialHeatmap', id }] })
    expect(idsIn(seen)).toEqual([id])
    expect(seen).toMatch(/"gender":"(female|male)"/)
  }
})

test('an older id, which is not encrypted, is found again; if it names a group, by whoever may read of people', async () => {
  const [guess, other] = [
    { role: 'customer', age: '25-34', gender: 'female' },
    { role: 'staff', age: '65+', gender: 'male' },
  ]
  plant([guess])
  const { journal } = guarded.sandbox['aura-vision']
  const query = 'query ($id: ID!) { node(id: $id) { id } }'
  const [sealed] = idsIn(await ask(owner, query, { id: `SpatialHeatmap:${plainKey(guess)}` }))
  expect(sealed).toBe(idsIn(await ask(reader, lists, { range }))[0])
  const calls = journal.count('detail/list')
  // Right or wrong, a guess is refused alike.
  const said = await Promise.all(
    [guess, other].map(one => ask(reader, query, { id: `SpatialHeatmap:${plainKey(one)}` })),
  )
  for (const text of said) expect(text).toContain('"code":"FORBIDDEN"')
  expect(journal.count('detail/list')).toBe(calls)

  const row = { location_id, recording_id: 'one', heatmap_type: 'path', created }
  journal.clear()
  journal.script({ route: 'detail/list', frames: [`{id}|0|0|${JSON.stringify([row])}`] })
  const nobodys = JSON.stringify(['one', null, null, null, `${created}.000Z`, null, null, null, null])
  const id = `SpatialHeatmap:${location_id}:path:${Buffer.from(nobodys).toString('base64url')}`
  expect(idsIn(await ask(reader, query, { id }))).toHaveLength(1)
})
