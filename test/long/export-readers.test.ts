import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { emptyFolder } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { pages } from '../support/docs.ts'
import { installMilliseconds, installPackages, runForeign } from '../support/foreign-package.ts'
import { type CallersServed, serveCallers } from '../support/serving-callers.ts'

const resources = new AsyncDisposableStack()
let served: CallersServed
let folder = ''

/** Names that a spreadsheet would run, or read as something else. */
const [formula, quoted] = ['=HYPERLINK("https://evil.example/","Oxford")', 'Pitt "Street", north\nfloor 2']

beforeAll(() => installPackages(), installMilliseconds)
beforeAll(async () => {
  folder = await emptyFolder(resources)
  const catalog = sandboxCatalog()
    .replace(/name: Oxford Street/, `name: ${JSON.stringify(formula)}`)
    .replace(/name: Pitt Street/, `name: ${JSON.stringify(quoted)}`)
  expect(catalog).toContain(JSON.stringify(quoted))
  served = resources.use(await serveCallers({ catalog }))
})
afterAll(() => resources.disposeAsync())

const question = 'from=2026-10-01&to=2026-11-01&interval=daily&metrics=visits,bounces'

async function download(format: string, more = ''): Promise<string> {
  const response = await fetch(`${served.origin}/export/traffic.${format}?${question}${more}`)
  expect(response.status).toBe(200)
  const file = join(folder, `traffic.${format}`)
  await writeFile(file, new Uint8Array(await response.arrayBuffer()))
  return file
}

interface Graph {
  readonly locations: {
    readonly nodes: readonly {
      readonly id: string
      readonly traffic: readonly { readonly total: number }[]
    }[]
  }
}

/** Store by store. */
async function sumsOfGraph() {
  const { data } = await askText<Graph>(
    served.origin,
    `{ locations(first: 100) { nodes { id traffic(range: { local: { start: "2026-10-01", end: "2026-11-01" } }, metrics: [VISITS, BOUNCES]) { total } } } }`,
  )
  return data.locations.nodes
    .map(({ id, traffic }) => ({ location: id, visits: traffic[0]?.total, bounces: traffic[1]?.total }))
    .toSorted((one, other) => (one.location < other.location ? -1 : 1))
}

/** Null of a store of which nothing was reported. */
const sum = z.coerce.number().nullable()
const Sums = z.array(z.object({ location: z.string(), visits: sum, bounces: sum }))

test("DuckDB gets the graph's sums, store by store, from the Parquet file and from the CSV", async () => {
  const expected = await sumsOfGraph()
  expect(expected).toHaveLength(12)
  for (const file of [await download('parquet'), await download('csv')]) {
    const rows = await runForeign(
      'duckdb.ts',
      `SELECT location, sum(visits) AS visits, sum(bounces) AS bounces FROM '${file}' GROUP BY location ORDER BY location`,
    )
    expect(Sums.parse(rows), file).toEqual(expected)
    const types = await runForeign('duckdb.ts', `SELECT typeof(visits) AS visits FROM '${file}' LIMIT 1`)
    expect(types).toEqual([{ visits: 'BIGINT' }])
  }
})

test("the README's query of DuckDB is one", async () => {
  const file = await download('parquet')
  const [, query = ''] = /`duckdb -c "([^"`]+)"`/.exec(pages.get('README.md') ?? '') ?? []
  const rows = await runForeign('duckdb.ts', query.replace('traffic.parquet', file))
  const read = z.array(z.object({ location: z.string(), visits: z.coerce.number() })).parse(rows)
  const expected = (await sumsOfGraph()).map(({ location, visits }) => ({ location, visits }))
  expect(read.toSorted((one, other) => (one.location < other.location ? -1 : 1))).toEqual(expected)
})

const Cell = z.object({
  type: z.string().optional(),
  value: z.unknown().optional(),
  formula: z.string().optional(),
})
const Sheet = z.array(z.array(Cell))

test('a spreadsheet reads texts as texts and numbers as numbers, and runs no formula', async () => {
  const [head = [], ...rows] = Sheet.parse(
    await runForeign('spreadsheet.ts', await download('csv', '&bom=true')),
  )
  const column = (name: string) => head.findIndex(({ value }) => value === name)
  const cellsOf = (name: string) => rows.map(row => row[column(name)])
  expect(rows).toHaveLength(12 * 31)
  expect(rows.flat().filter(cell => cell.formula !== undefined)).toEqual([])
  for (const name of ['location', 'name', 'timeZone'])
    expect(new Set(cellsOf(name).map(cell => cell?.type)), name).toEqual(new Set(['s']))
  const names = new Set(cellsOf('name').map(cell => cell?.value))
  expect([names.has(`'${formula}`), names.has(quoted)]).toEqual([true, true])
  // Nothing was reported where it is empty.
  for (const name of ['visits', 'bounces'])
    expect(new Set(cellsOf(name).flatMap(cell => cell?.type ?? [])), name).toEqual(new Set(['n']))
  const visits = cellsOf('visits').reduce((sum, cell) => sum + z.number().parse(cell?.value ?? 0), 0)
  expect(visits).toBe((await sumsOfGraph()).reduce((sum, store) => sum + (store.visits ?? 0), 0))

  const kept = Sheet.parse(await runForeign('spreadsheet.ts', await download('csv', '&formulas=keep')))
  expect(kept.flat().filter(cell => cell.formula !== undefined)).toHaveLength(31)
})
