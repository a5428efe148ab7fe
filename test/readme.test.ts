import { readFile } from 'node:fs/promises'
import { runInNewContext } from 'node:vm'
import { EventSource } from 'undici'
import { expect, test } from 'vitest'
import { startIsotherm } from '../src/isotherm.ts'
import { UpstreamError } from '../src/upstream/error.ts'
import { askText } from './support/client.ts'
import { blocks, readme } from './support/readme.ts'

const { scripts } = JSON.parse(await readFile('package.json', 'utf8'))

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

test("the README's fleet costs what the README says, and what is told of it are those numbers", async () => {
  await using isotherm = await startIsotherm({ PORT: '0' })
  const [, query = ''] = blocks('graphql')
  const [, , told = ''] = blocks('json')
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

test("the README's defaults are those of .env.example", async () => {
  const example = await readFile('.env.example', 'utf8')
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| `(\w+)` \|/gm)].map(
    ([, name, value]) => `${name}=${value}`,
  )
  expect(rows).toContain('ISOTHERM_CACHE_BYTES=268435456')
  for (const row of rows) expect(example).toMatch(new RegExp(`^# ${row}$`, 'm'))
})

test("the README's picture comes to an image as it stands", async () => {
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
  const snippet = blocks('js').find(text => text.includes('EventSource')) ?? ''
  const heatmap = data.website.heatmaps.nodes.at(-1)
  runInNewContext(snippet.replace('http://127.0.0.1:4000', isotherm.origin), { ...page, heatmap })
  expect((await fetch(await shown)).headers.get('content-type')).toBe('image/jpeg')
})

test('every npm command that the README names is a script', () => {
  const names = [...readme.matchAll(/npm (start|test|run ([\w:]+))/g)].map(
    ([, name, script]) => script ?? name,
  )
  expect(names).toEqual(expect.arrayContaining(['start', 'test', 'sandbox']))
  for (const name of names) expect(scripts).toHaveProperty([name ?? ''])
  expect(blocks('sh')).toEqual(['npm ci && npm start\n', 'npm ci && npm test\n'])
})

test("the README's error is what a limited vendor's error looks like", () => {
  const [, error = ''] = blocks('json')
  const details = { retryAfterSeconds: 42, upstreamStatus: 429 }
  const limited = new UpstreamError(
    'zenovay',
    'UPSTREAM_RATE_LIMITED',
    'zenovay was asked too often.',
    details,
  )
  expect(JSON.parse(error)).toEqual(limited.extensions)
})

test('every file that the README links to is there', async () => {
  const links = [...readme.matchAll(/\]\((?!http)([^)]+)\)/g)].map(([, path = '']) => path)
  expect(links).toContain('CONTRIBUTING.md')
  await Promise.all(links.filter(path => path.includes('.')).map(path => readFile(path)))
})
