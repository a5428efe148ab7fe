import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { linesRun, scriptCoverage } from './lines-run.ts'
import { type BenchServer, startServer } from './process.ts'

/** What of `src/` and `schema/`, but for the sandbox, runs for one request. */
export interface Extent {
  readonly files: number
  readonly lines: number
  readonly linesByFile: Readonly<Record<string, number>>
}

export interface RequestCoverage {
  readonly request: string
  /** In a process that has answered nothing but what the request itself needs, such as a link. */
  readonly first: Extent
  /** The same request a second time: parsed, loaded, connected, and kept where responses are kept. */
  readonly again: Extent
}

const pages = `{ websites(first: 3) { nodes { name views(first: 3) { nodes {
  totalInteractions snapshots(first: 1) { name }
} } } } }`
const year = `{ location(by: { id: "oxford-street" }) { traffic(
  range: { local: { start: "2025-01-01T00:00:00", end: "2026-01-01T00:00:00" } } interval: DAILY metrics: [VISITS]
) { columns { starts values } } } }`
const storeHeatmap = `{ location(by: { id: "oxford-street" }) { heatmaps(
  range: { start: "2026-11-02T00:00:00Z", end: "2026-11-03T00:00:00Z" } types: [PATH]
) { image { link } } } }`
const pageHeatmap =
  '{ view(by: { url: "https://shop.example.com/pricing" }) { heatmaps { image { link } } } }'

type Ask = () => Promise<unknown>

/** What is measured, after what has to be asked before it. */
const requests: Readonly<Record<string, (origin: string) => Promise<Ask>>> = {
  '{ __typename }': async origin => () => askGraph(origin, '{ __typename }'),
  'websites, views, snapshots': async origin => () => askGraph(origin, pages),
  'a year by the day': async origin => () => askGraph(origin, year),
  "a page's image": origin => askImage(origin, pageHeatmap),
  "a store's image": origin => askImage(origin, storeHeatmap),
}

/** Runs the server of a checkout, which has `node_modules`, once for each request. */
export async function measureCoverage(checkout: string): Promise<readonly RequestCoverage[]> {
  const measured: RequestCoverage[] = []
  for (const [request, prepare] of Object.entries(requests)) {
    await using server = await startServer(join(checkout, 'src/main.ts'), {
      environment: { PORT: '0' },
      options: ['--import', join(import.meta.dirname, 'coverage-orders.ts')],
    })
    const ask = await prepare(server.origin)
    const extent = async () => {
      await takeCoverage(server)
      await ask()
      return extentOf(checkout, await takeCoverage(server))
    }
    measured.push({ request, first: await extent(), again: await extent() })
  }
  return measured
}

export function printCoverage(measured: readonly RequestCoverage[]): string {
  const heads = ['first: files', 'lines', 'again: files', 'lines'].map(head => head.padStart(12))
  const rows = measured.map(({ request, first, again }) =>
    [first.files, first.lines, again.files, again.lines]
      .map(count => String(count).padStart(12))
      .join(' ')
      .replace(/^/, request.padEnd(28)),
  )
  return ['what runs for one request'.padEnd(28) + heads.join(' '), ...rows, ''].join('\n')
}

type Scripts = readonly z.infer<typeof scriptCoverage>[]

async function takeCoverage(server: BenchServer): Promise<Scripts> {
  return server.order('take-coverage', z.array(scriptCoverage))
}

async function extentOf(checkout: string, scripts: Scripts): Promise<Extent> {
  const root = pathToFileURL(join(checkout, '/')).href
  const counted = await Promise.all(
    scripts.map(async ({ url, functions }): Promise<[path: string, lines: number]> => {
      const path = url.startsWith(root) ? url.slice(root.length) : ''
      if (!/^(src\/(?!sandbox\b)|schema\/)/.test(path)) return [path, 0]
      return [path, linesRun(await readFile(new URL(url), 'utf8'), functions)]
    }),
  )
  const entered = counted.filter(([, lines]) => lines > 0).sort(([, one], [, other]) => other - one)
  return {
    files: entered.length,
    lines: entered.reduce((sum, [, lines]) => sum + lines, 0),
    linesByFile: Object.fromEntries(entered),
  }
}

const graphAnswer = z.object({ data: z.unknown(), errors: z.undefined().optional() })

async function askGraph(origin: string, query: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ query })
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body })
  return graphAnswer.parse(await response.json()).data
}

async function askImage(origin: string, query: string): Promise<Ask> {
  const link = /http[^"]+\/images\/[^"]+/.exec(JSON.stringify(await askGraph(origin, query)))?.[0]
  if (link === undefined) throw new TypeError('The sandbox has a picture for that.')
  return async () => {
    const response = await fetch(link)
    if (response.status !== 200) throw new TypeError(`The link answers ${response.status}.`)
    return response.bytes()
  }
}
