import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import fc from 'fast-check'
import { asyncBufferFromUrl, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { emptyFolder } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { propertyRuns } from '../support/property-runs.ts'
import { takeCalls } from '../support/refused.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'
import { linesOf } from './read-export.ts'

const resources = new AsyncDisposableStack()
let served: CallersServed
let folder = ''

beforeAll(async () => {
  folder = await emptyFolder(resources)
  const environment = { ISOTHERM_BREAKER: 'off', ISOTHERM_EXPORT_DIR: folder }
  served = resources.use(await serveCallers({ environment }))
})
afterAll(() => resources.disposeAsync())
beforeEach(() => served.sandbox.emulators.forEach(({ journal }) => void journal.clear()))

const days = 'from=2026-10-20&to=2026-10-29'

/** The address of the file that an export made. */
async function made(query: string, kind = 'traffic'): Promise<string> {
  const response = await fetch(`${served.origin}/export/${kind}.parquet?${query}`, { redirect: 'manual' })
  expect(response.status, await response.text()).toBe(303)
  const location = response.headers.get('location') ?? ''
  // Relative, for a proxy that serves it below a path of its own.
  expect(location).toMatch(new RegExp(`^files/[\\w-]{38}/${kind}\\.parquet$`))
  return new URL(location, response.url).href
}

/** As a reader gets them that asks by HEAD and Range. */
async function read(url: string) {
  const file = await asyncBufferFromUrl({ url })
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: 8 })
  const told = (metadata.key_value_metadata ?? []).map(({ key, value }) => [
    key.replace('isotherm.', ''),
    value,
  ])
  return { rows: await parquetReadObjects({ file, metadata }), metadata, told: Object.fromEntries(told) }
}

async function filesIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(({ name }) => name)
}

test('a reader by HEAD and Range gets the sums of the graph, and the rows of NDJSON', async () => {
  const question = fc.record({
    interval: fc.constantFrom('HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY'),
    metrics: fc.uniqueArray(fc.constantFrom('VISITS', 'BOUNCES', 'WALK_BYS'), { minLength: 1 }),
    first: fc.integer({ min: 1, max: 28 }),
    length: fc.integer({ min: 1, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(question, async ({ interval, metrics, first, length }) => {
      const start = Temporal.PlainDate.from({ year: 2026, month: 10, day: first })
      const [from, to] = [start.toString(), start.add({ days: length }).toString()]
      const query = `from=${from}&to=${to}&interval=${interval}&metrics=${metrics}`
      const { rows } = await read(await made(query))
      const ndjson = await (await fetch(`${served.origin}/export/traffic.ndjson?${query}`)).text()
      expect(rows.map(plain)).toEqual(linesOf(ndjson).rows)
      const { data } = await askText<{ locations: { nodes: { traffic: { total: number }[] }[] } }>(
        served.origin,
        `query Q($range: TrafficRange!, $interval: TrafficInterval!, $metrics: [TrafficMetric!]!) {
          locations(first: 100) { nodes { traffic(range: $range, interval: $interval, metrics: $metrics) { total } } }
        }`,
        { range: { local: { start: from, end: to } }, interval, metrics },
      )
      const totals = metrics.map((_, index) =>
        data.locations.nodes.reduce((sum, { traffic }) => sum + (traffic[index]?.total ?? 0), 0),
      )
      const sums = metrics.map(metric =>
        rows.reduce((sum, row) => sum + Number(row[columnOf.get(metric) ?? ''] ?? 0), 0),
      )
      expect(sums).toEqual(totals)
    }),
    { numRuns: propertyRuns(4) },
  )
})

const columnOf = new Map([
  ['VISITS', 'visits'],
  ['BOUNCES', 'bounces'],
  ['WALK_BYS', 'walkBys'],
])

/** A row as NDJSON spells it. */
function plain(row: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value instanceof Date) {
        const text = value.toISOString().slice(0, 19)
        return [name, name.startsWith('local') ? text : `${text}.000Z`]
      }
      return [name, typeof value === 'bigint' ? Number(value) : value]
    }),
  )
}

test('columns have types and statistics, and the file tells what was asked, of whom, how old and how whole it is', async () => {
  const { metadata, told } = await read(await made(`location=ginza&interval=daily&metrics=VISITS&${days}`))
  expect(metadata.schema.slice(1).map(({ name, type, logical_type }) => [name, type, logical_type])).toEqual([
    ['location', 'BYTE_ARRAY', { type: 'STRING' }],
    ['name', 'BYTE_ARRAY', { type: 'STRING' }],
    ['brandId', 'INT64', undefined],
    ['timeZone', 'BYTE_ARRAY', { type: 'STRING' }],
    ['start', 'INT64', { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' }],
    ['localStart', 'INT64', { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MILLIS' }],
    ['visits', 'INT64', undefined],
  ])
  const [group] = metadata.row_groups
  expect(group?.columns[4]?.meta_data?.statistics).toMatchObject({
    min_value: new Date('2026-10-19T15:00:00Z'),
    max_value: new Date('2026-10-27T15:00:00Z'),
    null_count: 0n,
  })
  expect(told).toEqual({
    question: `traffic?location=ginza&interval=daily&metrics=VISITS&${days}`,
    made: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    sources: '["analytiks"]',
    sandbox: '[]',
    age: '{"analytiks":{"ageSeconds":0,"stale":false}}',
    rows: '9',
    complete: 'true',
  })
})

test('other kinds of data are files too, with flags and empty columns', async () => {
  for (const [kind, query] of [
    ['heatmaps', `location=oxford-street&${days}`],
    ['pages', ''],
    ['snapshots', ''],
  ] as const) {
    const { rows } = await read(await made(query, kind))
    const ndjson = await (await fetch(`${served.origin}/export/${kind}.ndjson?${query}`)).text()
    expect(rows.length, kind).toBe(linesOf(ndjson).rows.length)
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(linesOf(ndjson).rows[0] ?? {}))
  }
})

test('the address answers ranges and conditions by a strong ETag, and needs no key', async () => {
  const url = await made(`location=ginza&interval=daily&${days}`)
  const head = await fetch(url, { method: 'HEAD', headers: as([]) })
  const [etag, length] = [head.headers.get('etag') ?? '', Number(head.headers.get('content-length'))]
  expect(head.headers.get('accept-ranges')).toBe('bytes')
  expect(etag).toMatch(/^"[\w-]+"$/)
  const all = new Uint8Array(await (await fetch(url)).arrayBuffer())
  expect(all).toHaveLength(length)
  const get = async (headers: Record<string, string>) => {
    const response = await fetch(url, { headers })
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, range: response.headers.get('content-range'), bytes }
  }
  const end = { status: 206, range: `bytes ${length - 8}-${length - 1}/${length}`, bytes: all.slice(-8) }
  expect(await get({ range: 'bytes=-8' })).toEqual(end)
  expect(await get({ range: 'bytes=-8', 'if-range': etag })).toEqual(end)
  expect(await get({ range: 'bytes=-8', 'if-range': '"other"' })).toEqual({
    status: 200,
    range: null,
    bytes: all,
  })
  expect(await get({ 'if-none-match': `W/${etag}` })).toMatchObject({ status: 304 })
  expect(await get({ range: `bytes=${length}-` })).toMatchObject({ status: 416, range: `bytes */${length}` })
  expect((await fetch(url, { headers: { 'if-match': '"other"' } })).status).toBe(412)
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
})

test('no other address is a file, and nobody else on the machine can read one', async () => {
  const url = await made(`location=ginza&interval=daily&${days}`)
  const id = new URL(url).pathname.split('/')[3] ?? ''
  const [private_ = ''] = (await readdir(folder)).filter(name => name.endsWith(id.slice(0, 6)))
  const [name = ''] = await readdir(join(folder, private_))
  expect(name).toMatch(/^[\da-f]{64}$/)
  expect((await stat(join(folder, private_))).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, private_, name))).mode & 0o777).toBe(0o600)
  const other = `${id.slice(0, 6)}${'A'.repeat(32)}`
  for (const path of [other, name, `${id}x`, '..%2f..', id.slice(0, 37)])
    expect((await fetch(`${served.origin}/export/files/${path}/traffic.parquet`)).status, path).toBe(404)
  expect((await fetch(url.replace('traffic.parquet', 'traffic.csv'))).status).toBe(404)
})

test('what failed makes no file but a status and a sentence, also late, or rows where the caller wants that', async () => {
  const before = await filesIn(folder)
  const address = `location=ginza&location=analytiks:987&interval=daily&${days}`
  const refused = await fetch(`${served.origin}/export/traffic.parquet?${address}`)
  expect([refused.status, await refused.json()]).toEqual([
    502,
    expect.objectContaining({
      code: 'UPSTREAM_FORBIDDEN',
      detail: expect.stringMatching(/^analytiks refuses/),
    }),
  ])
  const { journal } = served.sandbox.analytiks
  journal.script({ times: 40 })
  journal.script({ answer: { status: 500 } })
  const late = 'location=ginza&from=2025-01-01&to=2026-01-01&metrics=VISITS'
  expect((await fetch(`${served.origin}/export/traffic.parquet?${late}`)).status).toBe(502)
  expect(await filesIn(folder)).toEqual(before)
  journal.clear()

  const { rows, told } = await read(await made(`errors=rows&${address}`))
  expect(rows.map(({ location, error }) => [location, error])).toEqual([
    ...Array.from({ length: 9 }, () => ['Location:ginza', null]),
    ['Location:analytiks:987', expect.stringMatching(/^UPSTREAM_FORBIDDEN: analytiks refuses/)],
  ])
  expect(told).toMatchObject({ rows: '9', complete: 'false' })
})

test('a caller without the scope, and a wrong parameter, are refused before anything is called or written', async () => {
  const before = await filesIn(folder)
  const url = `${served.origin}/export/traffic.parquet?${days}`
  expect((await fetch(url, { headers: as(['pages:read']) })).status).toBe(403)
  expect((await fetch(`${url}&bom=true`)).status).toBe(400)
  expect(takeCalls(served.sandbox)).toEqual([])
  expect(await filesIn(folder)).toEqual(before)
})

test('a server that stops leaves no folder', async () => {
  const ownFolder = await emptyFolder(resources)
  {
    await using own = await serveCallers({ environment: { ISOTHERM_EXPORT_DIR: ownFolder } })
    await fetch(`${own.origin}/export/traffic.parquet?location=ginza&interval=daily&${days}`)
    expect(await filesIn(ownFolder)).toHaveLength(1)
  }
  expect(await readdir(ownFolder)).toEqual([])
})

test('an aborted export asks nothing more and leaves no file', async () => {
  const { journal } = served.sandbox.analytiks
  const before = await filesIn(folder)
  const started = Promise.withResolvers<void>()
  // The first rows are written before.
  journal.script({ times: 40 })
  journal.script({ until: started.promise })
  const controller = new AbortController()
  const url = `${served.origin}/export/traffic.parquet?location=ginza&from=2024-01-01&to=2026-01-01`
  const outgoing = httpRequest(url, { signal: controller.signal }).end()
  const ended = once(outgoing, 'error')
  while (journal.count() <= 40) await new Promise(resolve => setImmediate(resolve))
  controller.abort()
  await ended
  started.resolve()
  await until(async () => (await filesIn(folder)).length === before.length)
  expect(await filesIn(folder)).toEqual(before)
  // Two years are 149.
  expect(journal.count('POST /json/v2')).toBeLessThan(100)
})

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise(resolve => setImmediate(resolve))
}
