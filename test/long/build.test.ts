import { cp, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildInto } from '../../build.ts'
import { emptyFolder, originOf, startNode } from '../support/child.ts'
import { startRedis } from '../support/redis.ts'

const root = join(import.meta.dirname, '../..')
const resources = new AsyncDisposableStack()
let main = ''
let dist = ''

beforeAll(async () => {
  const folder = await emptyFolder(resources)
  dist = join(folder, 'dist')
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await buildInto(dist)
  main = join(dist, 'src/main.js')
}, 120_000)
afterAll(() => resources.disposeAsync())

const open = {
  PORT: '0',
  ISOTHERM_SANDBOX: 'on',
  ISOTHERM_ANONYMOUS: 'traffic:read,heatmaps:read,pages:read,snapshots:read,explore',
}

async function ask(origin: string, query: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return response.json()
}

test('the package serves all that the source does, with what it loads on use', {
  timeout: 60_000,
}, async () => {
  await using isotherm = await startNode([main], { ...open, ISOTHERM_METRICS: '127.0.0.1:0' })
  const origin = await originOf(isotherm)
  const links = '{ view(by: { url: "https://shop.example.com/pricing" }) { heatmaps { image { link } } } }'
  const { data, errors } = await ask(origin, links)
  expect(errors).toBeUndefined()
  const image = await fetch(`${data.view.heatmaps[0].image.link}?width=200&format=webp`)
  expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp'])
  await image.body?.cancel()
  const { extensions } = await ask(origin, '{ __typename }', { 'apollo-federation-include-trace': 'ftv1' })
  expect(extensions.ftv1).toEqual(expect.any(String))
  const page = await fetch(`${origin}/graphql`, { headers: { accept: 'text/html' } })
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('GraphiQL')])
  const { data: sdl } = await ask(origin, '{ _service { sdl } _sdl }')
  expect(sdl._service.sdl).toContain('@link')
  for (let time = 0; time < 4; time++)
    expect(
      (await ask(origin, '{ locations(first: 2) { nodes { name } } }')).data.locations.nodes,
    ).toHaveLength(2)
  const [, metrics = ''] = await isotherm.says(/metrics: (http:\S+)/)
  expect(await (await fetch(metrics)).text()).toContain('http_server_request_duration_seconds')
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
})

test('it has the commands, and serves by several processes', { timeout: 60_000 }, async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  await using told = await startNode([main, '--version'])
  expect([await told.ended(), told.stdout]).toEqual([0, `${version}\n`])
  await using keys = await startNode([main, 'keys', 'create', 'dashboard'])
  expect([await keys.ended(), keys.stdout]).toEqual([0, expect.stringContaining('sha256:')])
  await using doctor = await startNode([main, 'doctor'], open)
  expect([await doctor.ended(), doctor.stdout]).toEqual([0, expect.stringContaining('All is well.')])
  const { url } = resources.use(await startRedis())
  await using workers = await startNode([main], { ...open, ISOTHERM_WORKERS: '2', REDIS_URL: url })
  expect((await ask(await originOf(workers), '{ __typename }')).data).toEqual({ __typename: 'Query' })
  workers.process.kill('SIGTERM')
  expect(await workers.ended()).toBe(0)
  await using alone = await startNode([main], { PORT: '0' })
  expect(await alone.ended()).toBe(1)
  expect(alone.stderr).toContain('No provider is configured')
})

test('an older Node is told in one line, and of no npm start, which the package has not', async () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '24.9.0' } })`
  const options = `--import=data:text/javascript,${encodeURIComponent(older)}`
  await using isotherm = await startNode([main], { ...open, NODE_OPTIONS: options })
  expect([await isotherm.ended(), isotherm.stdout]).toEqual([1, ''])
  expect(isotherm.stderr).toBe('Isotherm needs Node 26 or newer; this is 24.9.0.\n')
})

test('it is few files, with maps back to the source and the licences of what is in them', async () => {
  const files = await readdir(dist, { recursive: true })
  // The page's own are for browsers, as they are in the source.
  const scripts = files.filter(file => file.endsWith('.js') && !file.startsWith(join('src', 'page')))
  expect(scripts.length).toBeLessThan(100)
  const maps = await Promise.all(
    files
      .filter(file => file.endsWith('.js.map'))
      .map(async file => JSON.parse(await readFile(join(dist, file), 'utf8'))),
  )
  const sources: readonly string[] = maps.flatMap(map => map.sources)
  expect(sources.some(source => source.endsWith('src/server/graphql/yoga.ts'))).toBe(true)
  const packages = sources.flatMap(source => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [])
  const licences = await readFile(join(dist, 'licences.txt'), 'utf8')
  const missing = [...new Set(packages)].filter(
    name => !new RegExp(`^${name} \\d.* \\(.+\\)$`, 'm').test(licences),
  )
  expect(packages).toContain('graphql')
  expect(missing).toEqual([])
})
