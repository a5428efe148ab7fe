import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import sharp from 'sharp'
import { EventSource } from 'undici'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { drawPictures, pictures } from '../pictures.ts'
import { readAccessFile } from '../src/access/access-file.ts'
import { mintKey } from '../src/access/keys.ts'
import { startIsotherm } from '../src/isotherm.ts'
import { emptyFolder } from './support/child.ts'
import { askText } from './support/client.ts'
import { blocks } from './support/docs.ts'
import { daysBefore } from './support/heat-days.ts'

const [accessFile = ''] = blocks('yaml', 'docs/access.md')
const [issuers = ''] = blocks('yaml', 'docs/tokens.md')
const [ticketScript = ''] = blocks('js', 'docs/tokens.md')

test("the guides' access file and issuers are read without a complaint", () => {
  expect(readAccessFile(accessFile + issuers, 'access.yaml')).toMatchObject({
    value: { callers: [{ id: 'dashboard' }], issuers: [{ audience: 'isotherm' }] },
  })
  expect(blocks('sh', 'docs/access.md')).toEqual(['isotherm keys create dashboard\n'])
})

test("with the guide's access file a key opens the graph, and its script gets events by a ticket", async () => {
  await using resources = new AsyncDisposableStack()
  const { key, line } = mintKey()
  const file = join(await emptyFolder(resources), 'access.yaml')
  await writeFile(file, accessFile.replace(/sha256:[\da-f]{64}/, line))
  const { origin } = resources.use(await startIsotherm({ PORT: '0', ISOTHERM_ACCESS: file }))
  const query = '{ websites(first: 1) { nodes { id heatmaps(first: 1) { nodes { id } } } } }'
  expect((await fetch(`${origin}/graphql?${new URLSearchParams({ query })}`)).status).toBe(401)
  const headers = { authorization: `Bearer ${key}` }
  const response = await fetch(`${origin}/graphql?${new URLSearchParams({ query })}`, { headers })
  const { data } = await response.json()
  const [website] = data.websites.nodes
  expect(website.id).toBe('Website:shop')

  const { promise: opened, resolve: open } = Promise.withResolvers<EventSource>()
  class Events extends EventSource {
    constructor(url: string) {
      super(url)
      open(this)
    }
  }
  const subscription = `subscription { heatmapImage(id: "${website.heatmaps.nodes[0].id}") { state } }`
  const script = ticketScript.replace('https://graph.example.com', origin)
  runInNewContext(`(async () => { ${script} })()`, { fetch, EventSource: Events, key, subscription })
  const events = await opened
  const state = await new Promise<string>(tell => {
    events.addEventListener('next', event => {
      if ('data' in event) tell(JSON.parse(String(event.data)).data.heatmapImage.state)
    })
  })
  events.close()
  expect(['RENDERING', 'READY', 'PROCESSING']).toContain(state)
})

test("the guide's query for the vendors' health has an answer for each", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [query = ''] = blocks('graphql', 'docs/failures.md')
  const { data, errors } = await askText<{ providers: { breaker: { state: string } }[] }>(
    isotherm.origin,
    query,
  )
  expect(errors).toEqual([])
  expect(data.providers.map(({ breaker }) => breaker.state)).toEqual(Array(5).fill('CLOSED'))
})

test("the guide's scrape configuration names the address of the guide's setting", () => {
  const [config = ''] = blocks('yaml', 'docs/observing.md')
  expect(parse(config)).toEqual({
    scrape_configs: [{ job_name: 'isotherm', static_configs: [{ targets: ['127.0.0.1:9464'] }] }],
  })
})

test("the guide's query for heat has an answer like the guide's, whatever the days", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [query = ''] = blocks('graphql', 'docs/heat.md')
  const [told = ''] = blocks('json', 'docs/heat.md')
  const days = { week: daysBefore(1, 7), before: daysBefore(8, 7) }
  const { data, errors } = await askText<HeatOfPage>(isotherm.origin, query, days)
  expect(errors).toEqual([])
  // How much there was depends on the days.
  const shape = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (name, value) =>
      typeof value === 'number' && !['columns', 'cellWidth', 'cellHeight'].includes(name) ? 0 : value,
    )
  expect(shape(data)).toEqual(shape(JSON.parse(told)))
  const { total, hotspots } = data.pageHeatmap.heat
  for (const { value, share } of hotspots) expect(share).toBe(value / total)
})

test("the guide's query for a week and the one before has days that follow each other", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [query = ''] = blocks('graphql', 'docs/traffic.md')
  const { data, errors } = await askText<{ location: { week: Week[]; before: Week[] } }>(
    isotherm.origin,
    query,
  )
  expect(errors).toEqual([])
  const [week, before] = [data.location.week[0], data.location.before[0]]
  expect(before?.range.localEnd).toBe(week?.range.localStart)
  expect([before?.columns.localStarts, week?.columns.localStarts].map(starts => starts?.length)).toEqual([
    7, 7,
  ])
  expect(week?.total).toBeGreaterThan(0)
})

test("the guide's query for all stores has a whole sum, and a change of each store", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [, query = ''] = blocks('graphql', 'docs/traffic.md')
  const { data, errors } = await askText<{ locations: AllStores }>(isotherm.origin, query)
  expect(errors).toEqual([])
  const { traffic, nodes } = data.locations
  expect(traffic).toMatchObject({ locations: 12, counted: 12, unknown: 0, isWhole: true, lacking: [] })
  const own = nodes.flatMap(({ trafficTotals }) => trafficTotals.map(({ total }) => total))
  expect(traffic.totals[0]?.total).toBe(own.reduce((sum, total) => sum + total))
  expect(traffic.totals[1]).toMatchObject({ total: null, withheld: expect.stringContaining('do not add up') })
})

interface AllStores {
  readonly traffic: { readonly totals: readonly { readonly total: number | null }[] }
  readonly nodes: readonly { readonly trafficTotals: readonly { readonly total: number }[] }[]
}

interface Week {
  readonly range: { readonly localStart: string; readonly localEnd: string }
  readonly total: number
  readonly columns: { readonly localStarts: readonly string[] }
}

test("the guide's query for heat over a page gives links to it", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [, query = ''] = blocks('graphql', 'docs/images.md')
  const days = { week: daysBefore(1, 7), before: daysBefore(8, 7) }
  const { data, errors } = await askText<{ pageHeatmap: Record<'clicks' | 'change', { link: string }> }>(
    isotherm.origin,
    query,
    days,
  )
  expect(errors).toEqual([])
  for (const { link } of Object.values(data.pageHeatmap)) {
    const response = await fetch(`${link}${link.includes('?') ? '&' : '?'}width=200`)
    expect(response.headers.get('content-type')).toBe('image/jpeg')
    await response.body?.cancel()
  }
})

test("the README's pictures are drawn from the sandbox, and are small", async () => {
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  await drawPictures(folder)
  const names = Object.keys(pictures).map(name => `${name}.webp`)
  for (const where of [folder, 'docs/pictures']) {
    expect((await readdir(where)).sort()).toEqual(names.toSorted())
    for (const name of names) {
      const picture = await readFile(join(where, name))
      expect(await sharp(picture).metadata()).toMatchObject({ format: 'webp', width: 480 })
      expect(picture.byteLength).toBeLessThan(40_000)
    }
  }
  const readme = await readFile('README.md', 'utf8')
  for (const name of names) expect(readme).toContain(`](docs/pictures/${name})`)
})

interface HeatOfPage {
  readonly pageHeatmap: {
    readonly heat: {
      readonly total: number
      readonly hotspots: readonly { readonly value: number; readonly share: number }[]
    }
  }
}
