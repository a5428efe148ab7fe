import { access, readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { runInNewContext } from 'node:vm'
import { EventSource } from 'undici'
import { expect, test } from 'vitest'
import { readCatalog } from '../src/catalog/file.ts'
import { readConfig } from '../src/config/config.ts'
import { startIsotherm } from '../src/isotherm.ts'
import { providerNames, UpstreamError } from '../src/upstream/error.ts'
import { askText } from './support/client.ts'
import { allBlocks, blocks, pages } from './support/docs.ts'

const { scripts } = JSON.parse(await readFile('package.json', 'utf8'))
const readme = pages.get('README.md') ?? ''
const settings = readme + pages.get('docs/running.md')

test("the README's query has the README's answer, from a start with nothing set", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [query = ''] = blocks('graphql')
  const [answer = ''] = blocks('json')
  const day = { start: '2026-11-02T00:00:00Z', end: '2026-11-03T00:00:00Z' }
  const { data, errors, extensions, upstream } = await askText(isotherm.origin, query, { day })
  expect(errors).toEqual([])
  expect({ data, extensions }).toEqual(JSON.parse(answer))
  expect(Object.keys(upstream)).toEqual(['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'])
})

test("the guide's fleet costs what the guide says, and what is told of it are those numbers", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [query = ''] = blocks('graphql', 'docs/fleets-and-costs.md')
  const [told = ''] = blocks('json', 'docs/fleets-and-costs.md')
  const { errors, upstream, freshness } = await askText(isotherm.origin, query)
  expect(errors).toEqual([])
  const { bytes } = upstream.analytiks ?? {}
  const { ageSeconds } = freshness.analytiks ?? {}
  expect({ upstream, freshness }).toEqual(
    JSON.parse(told, (name, value) =>
      name === 'bytes' ? bytes : name === 'ageSeconds' ? ageSeconds : value,
    ),
  )
  expect([bytes, ageSeconds]).toEqual([expect.any(Number), expect.any(Number)])
})

test("the README's and the guide's defaults are those of .env.example", async () => {
  const example = await readFile('.env.example', 'utf8')
  const rows = [...settings.matchAll(/^\| `([A-Z_]+)` \| `(\w+)` \|/gm)].map(
    ([, name, value]) => `${name}=${value}`,
  )
  expect(rows).toContain('ISOTHERM_CACHE_BYTES=268435456')
  for (const row of rows) expect(example).toMatch(new RegExp(`^# ${row}$`, 'm'))
})

test("the guide's subscription brings an image as it stands", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const { data } = await askText<{ website: { heatmaps: { nodes: { id: string }[] } } }>(
    isotherm.origin,
    '{ website(by: { id: "shop" }) { heatmaps(first: 2) { nodes { id } } } }',
  )
  const { promise: shown, resolve: show } = Promise.withResolvers<string>()
  const image = {
    set src(link: string) {
      show(link)
    },
  }
  const page = { EventSource, URLSearchParams, document: { querySelector: () => image } }
  const [snippet = ''] = blocks('js', 'docs/images.md')
  const heatmap = data.website.heatmaps.nodes.at(-1)
  runInNewContext(snippet.replace('http://127.0.0.1:4000', isotherm.origin), { ...page, heatmap })
  expect((await fetch(await shown)).headers.get('content-type')).toBe('image/jpeg')
})

test('every npm command that the README and the guides name is a script', () => {
  const names = [...[...pages.values()].join().matchAll(/npm (start|test|run ([\w:]+))/g)].map(
    ([, name, script]) => script ?? name,
  )
  expect(names).toEqual(expect.arrayContaining(['start', 'test', 'sandbox']))
  for (const name of names) expect(scripts).toHaveProperty([name ?? ''])
  expect(blocks('sh')).toEqual(['npm ci && npm start\n', 'npm ci && npm test\n'])
})

test("the guide's error is what a limited vendor's error looks like", () => {
  const [error = ''] = blocks('json', 'docs/clients.md')
  const details = { retryAfterSeconds: 42, upstreamStatus: 429 }
  const limited = new UpstreamError(
    'zenovay',
    'UPSTREAM_RATE_LIMITED',
    'zenovay was asked too often.',
    details,
  )
  expect(JSON.parse(error)).toEqual(limited.extensions)
})

test("the guide's query for images gives a link to one", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [query = ''] = blocks('graphql', 'docs/images.md')
  const { data, errors } = await askText<{ view: { heatmaps: { image: Record<string, unknown> }[] } }>(
    isotherm.origin,
    query,
  )
  expect(errors).toEqual([])
  const [image] = data.view.heatmaps.map(({ image }) => image)
  expect(image).toMatchObject({ state: 'READY', width: 768, failure: null })
  const response = await fetch(String(image?.link))
  expect(response.headers.get('content-type')).toMatch(/^image\//)
  await response.body?.cancel()
})

test("the guide's settings and catalog are read without a complaint", async () => {
  const [environment = ''] = blocks('ini', 'docs/running.md')
  const settings = parseEnv(environment)
  expect(readConfig(settings).providers.zenovay).toBeDefined()
  const [shown = ''] = blocks('yaml', 'docs/catalog.md')
  for (const text of [await readFile(settings.ISOTHERM_CATALOG ?? '', 'utf8'), shown]) {
    expect(readCatalog(text, 'a catalog')).toMatchObject({
      catalog: {
        locations: expect.arrayContaining([expect.objectContaining({ key: 'oxford-street' })]),
        websites: expect.arrayContaining([expect.objectContaining({ key: 'shop' })]),
      },
    })
  }
})

// A block that is added here has to be run by a test as well.
test('every fenced block of the README and the guides is one that a test runs', () => {
  expect(allBlocks.map(({ page, language }) => `${page}: ${language}`)).toEqual([
    ...['graphql', 'json', 'sh', 'sh', 'js'].map(language => `README.md: ${language}`),
    ...['sh', 'yaml'].map(language => `docs/access.md: ${language}`),
    'docs/catalog.md: yaml',
    ...['ts', 'ts', 'json'].map(language => `docs/clients.md: ${language}`),
    ...['sh', 'sh', 'sh'].map(language => `docs/export.md: ${language}`),
    'docs/failures.md: graphql',
    ...['graphql', 'json'].map(language => `docs/fleets-and-costs.md: ${language}`),
    ...['graphql', 'json'].map(language => `docs/heat.md: ${language}`),
    ...['graphql', 'js', 'graphql'].map(language => `docs/images.md: ${language}`),
    ...['js', 'js', 'js', 'js'].map(language => `docs/larger-graphs.md: ${language}`),
    'docs/observing.md: yaml',
    'docs/running.md: ini',
    ...['yaml', 'js'].map(language => `docs/tokens.md: ${language}`),
    ...['json', 'json', 'graphql'].map(language => `docs/tools.md: ${language}`),
    ...['graphql', 'graphql'].map(language => `docs/traffic.md: ${language}`),
  ])
})

test('a guide names each package that its snippets import, before the snippet', () => {
  const imported = allBlocks.flatMap(({ page, text, lead }) =>
    [...text.matchAll(/^import .*? from '([^.'][^']*)'/gms)].map(([, specifier = '']) => ({
      page,
      lead,
      name: /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '',
    })),
  )
  const packages = imported.filter(({ name }) => !name.startsWith('node:') && !builtinModules.includes(name))
  expect(packages.length).toBeGreaterThan(8)
  expect(packages.filter(({ lead, name }) => !lead.includes(`\`${name}\``))).toEqual([])
})

test('the README is read in two minutes, a guide in two screens', () => {
  for (const [page, text] of pages) {
    const lines = text.split('\n')
    expect(lines.length - 1, page).toBeLessThanOrEqual(page === 'README.md' ? 120 : 100)
    expect(
      lines.filter(line => line.length > 130),
      page,
    ).toEqual([])
  }
})

test('no line of the other documents is longer than 130 columns', async () => {
  for (const file of ['CHANGELOG.md', '.env.example', 'catalog.example.yaml']) {
    const lines = (await readFile(file, 'utf8')).split('\n')
    expect(
      lines.filter(line => line.length > 130),
      file,
    ).toEqual([])
  }
})

test('every link of the README and the guides leads to a file, and to a heading of it', async () => {
  const links = [...pages].flatMap(([page, text]) =>
    [...text.matchAll(/\]\((?!http)([^)#]*)#?([^)]*)\)/g)].map(([, path = '', heading = '']) => ({
      file: path ? join(dirname(page), path) : page,
      heading,
    })),
  )
  expect(links.map(({ file }) => file)).toContain('CONTRIBUTING.md')
  await Promise.all(links.map(({ file }) => access(file)))
  const broken = links.filter(
    ({ file, heading }) => heading && !headings(pages.get(file) ?? '').includes(heading),
  )
  expect(broken).toEqual([])
})

test('every file and folder that ARCHITECTURE.md and the guide to security name is there', async () => {
  const architecture = await readFile('ARCHITECTURE.md', 'utf8')
  const texts = architecture + pages.get('docs/security.md')
  const named = [...texts.matchAll(/\b(?:src|schema|test|docs)\/[\w./<>-]*/g)].map(([path]) => path)
  expect(named.length).toBeGreaterThan(50)
  const files = new Set(
    named.flatMap(path =>
      path.includes('<vendor>') ? providerNames.map(name => path.replace('<vendor>', name)) : [path],
    ),
  )
  await Promise.all([...files].map(file => access(file)))
})

test('ARCHITECTURE.md is read in five minutes', async () => {
  const lines = (await readFile('ARCHITECTURE.md', 'utf8')).split('\n')
  expect(lines.length - 1).toBeLessThanOrEqual(150)
  expect(lines.filter(line => line.length > 130)).toEqual([])
})

/** The anchors that GitHub gives a page's headings. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
