import { afterAll, beforeAll, expect, test } from 'vitest'
import { resource } from '../../src/sandbox/datadog-bodies.ts'
import { madeUpSnapshots } from '../../src/sandbox/datadog-snapshots.ts'
import { askText } from '../support/client.ts'
import { takeCalls } from '../support/refused.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'
import { linesOf, parseCsv } from './read-export.ts'

const resources = new AsyncDisposableStack()
let served: CallersServed

beforeAll(async () => {
  const sandbox = { datadog: { perPeriod: 10_000 }, zenovay: { perMinute: 1000 } }
  served = resources.use(await serveCallers({ environment: { ISOTHERM_BREAKER: 'off' }, sandbox }))
})
afterAll(() => resources.disposeAsync())

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(served.origin + path, { headers })
  return { status: response.status, text: await response.text() }
}

interface Page {
  readonly path: string
  readonly totalInteractions: number
  readonly snapshots: readonly { readonly id: string }[]
}

const pagesOf = `query Q($id: ID!) {
  website(by: { id: $id }) { views(first: 100) { nodes { path totalInteractions snapshots(first: 1000) { id } } } }
}`

test('pages are those of the graph, in its order, of named websites or of all', async () => {
  const { data } = await askText<{ website: { views: { nodes: readonly Page[] } } }>(served.origin, pagesOf, {
    id: 'shop',
  })
  const expected = data.website.views.nodes.map(({ path, totalInteractions }) => [path, totalInteractions])
  expect(expected).toHaveLength(100)
  const { rows, verdict } = linesOf((await get('/export/pages.ndjson?website=shop')).text)
  expect(rows.map(({ path, totalInteractions }) => [path, totalInteractions])).toEqual(expected)
  expect(rows[0]).toMatchObject({
    website: 'Website:shop',
    websiteName: 'Shop',
    url: 'https://shop.example.com/',
  })
  expect(verdict).toMatchObject({ complete: true, rows: 100 })
  const all = parseCsv((await get('/export/pages.csv')).text)
  expect(new Set(all.map(({ website }) => website))).toEqual(
    new Set([
      'Website:shop',
      'Website:help',
      'Website:journal',
      'Website:zenovay:d4e5f6a7-b8c9-4123-8ef0-234567890123',
    ]),
  )
  expect(all.filter(({ website }) => website === 'Website:shop')).toHaveLength(100)
})

test('snapshots are those of the pages of the graph, each once, and personal values need their scope', async () => {
  const { data } = await askText<{ website: { views: { nodes: readonly Page[] } } }>(served.origin, pagesOf, {
    id: 'help',
  })
  const ids = new Set(data.website.views.nodes.flatMap(({ snapshots }) => snapshots.map(({ id }) => id)))
  expect(ids.size).toBeGreaterThan(3)
  const { rows } = linesOf((await get('/export/snapshots.ndjson?website=help')).text)
  expect(rows.map(({ snapshot }) => snapshot)).toEqual([...ids])
  expect(rows[0]).toHaveProperty('createdBy')
  const few = parseCsv(
    (await get('/export/snapshots.csv?website=help', as(['snapshots:read', 'pages:read']))).text,
  )
  expect(few.map(({ snapshot }) => snapshot)).toEqual([...ids])
  expect(few[0]).not.toHaveProperty('createdBy')
})

test('heatmaps are those of the graph by the days of each store, with links to their images', async () => {
  const { data } = await askText<{ location: { heatmaps: readonly { readonly id: string }[] } }>(
    served.origin,
    `{ location(by: { id: "ginza" }) { heatmaps(range: { start: "2026-10-31T15:00:00Z", end: "2026-11-02T15:00:00Z" }, types: [PATH, ENTRY]) { id } } }`,
  )
  const days = 'from=2026-11-01&to=2026-11-03'
  const { rows } = linesOf(
    (await get(`/export/heatmaps.ndjson?location=ginza&types=path,entry&${days}`)).text,
  )
  expect(data.location.heatmaps.length).toBeGreaterThan(2)
  expect(rows.map(({ heatmap }) => heatmap).toSorted()).toEqual(
    data.location.heatmaps.map(({ id }) => id).toSorted(),
  )
  const [first] = rows
  expect(first).toMatchObject({ location: 'Location:ginza', role: expect.any(String) })
  expect((await fetch(String(first?.image))).headers.get('content-type')).toMatch(/^image\//)
  const few = linesOf((await get(`/export/heatmaps.ndjson?${days}`, as(['heatmaps:read']))).text)
  expect(few.verdict).toMatchObject({ complete: true, failed: 0 })
  expect(new Set(few.rows.map(({ location }) => location)).size).toBe(12)
  expect(few.rows[0]).not.toHaveProperty('role')
})

test.each([
  ['pages.csv', 'pages:read'],
  ['snapshots.csv', 'snapshots:read'],
  ['heatmaps.csv', 'heatmaps:read'],
])('%s needs %s', async (name, scope) => {
  takeCalls(served.sandbox)
  const { status, text } = await get(`/export/${name}?website=shop`, as(['traffic:read']))
  expect(status).toBe(403)
  expect(JSON.parse(text).detail).toContain(scope)
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('a page whose snapshots fail is a line, and the others are there', async () => {
  served.sandbox.datadog.journal.script({ times: 1, answer: { status: 400 } })
  const cut = linesOf((await get('/export/snapshots.ndjson?website=journal')).text)
  served.sandbox.datadog.journal.script({ times: 1, answer: { status: 400 } })
  const told = parseCsv((await get('/export/snapshots.csv?website=journal&errors=rows')).text)
  served.sandbox.datadog.journal.clear()
  expect(told.map(({ error }) => error).filter(Boolean)).toEqual([
    expect.stringMatching(/^UPSTREAM_.* \(\/.*\)$/),
  ])
  expect(cut.verdict).toMatchObject({ complete: false, failed: 1 })
  expect(cut.errors).toEqual([
    expect.objectContaining({
      provider: 'datadog',
      of: { website: 'Website:journal', path: expect.any(String) },
    }),
  ])
})

test('a website that Datadog does not know fails if it is named, and is a note among all', async () => {
  const website = 'Website:zenovay:d4e5f6a7-b8c9-4123-8ef0-234567890123'
  const message = 'Datadog does not know this website, so none of its snapshots are known.'
  const named = linesOf((await get(`/export/snapshots.ndjson?website=${website}`)).text)
  expect(named.errors).toEqual([{ of: { website }, message, code: 'NOT_FOUND' }])
  expect(named.verdict).toMatchObject({ complete: false, rows: 0, failed: 1 })
  const all = linesOf((await get('/export/snapshots.ndjson')).text)
  expect(all.notes.filter(note => JSON.stringify(note).includes('Datadog'))).toEqual([
    { of: { website }, message },
  ])
})

test('a list that Zenovay cuts is told in a note', async () => {
  const [shop, help] = [
    linesOf((await get('/export/pages.ndjson?website=shop')).text),
    linesOf((await get('/export/pages.ndjson?website=help')).text),
  ]
  expect(shop.notes).toEqual([
    {
      of: { website: 'Website:shop' },
      message: 'Zenovay lists the 100 most visited pages of this website, and may know more.',
    },
  ])
  expect(help.notes).toEqual([])
})

test.each([
  [999, []],
  [1000, [expect.objectContaining({ code: 'TRUNCATED' })]],
])('%i snapshots of a page are rows, and no more are passed over', async (count, errors) => {
  const [one] = madeUpSnapshots()
  if (!one) throw new Error('no snapshot')
  const ids = Array.from(
    { length: count },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  )
  const body = JSON.stringify({ data: ids.map(id => resource({ ...one, id })) })
  served.sandbox.datadog.journal.script({ times: 1, answer: { body } })
  const told = linesOf((await get('/export/snapshots.ndjson?website=journal')).text)
  served.sandbox.datadog.journal.clear()
  const rows = new Set(told.rows.map(({ snapshot }) => snapshot))
  expect(told.errors).toEqual(errors)
  expect(ids.every(id => rows.has(id))).toBe(true)
})
