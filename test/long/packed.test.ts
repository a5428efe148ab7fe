import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { answerIn, connected } from '../mcp/connected.ts'
import { type Child, emptyFolder, originOf, startProgram } from '../support/child.ts'
import { askText } from '../support/client.ts'
import { installMilliseconds } from '../support/foreign-package.ts'

const root = join(import.meta.dirname, '../..')
const resources = new AsyncDisposableStack()
/** The node that runs the tests, wherever a program looks for one. */
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
const sandbox = {
  PATH,
  PORT: '0',
  ISOTHERM_SANDBOX: 'on',
  ISOTHERM_ANONYMOUS: 'traffic:read,pages:read,explore',
}

/** Where the package is installed, and nothing else. */
let folder: string
let version: string

beforeAll(async () => {
  const project = await copyProject()
  folder = await emptyFolder(resources)
  const npm = (where: string, ...words: readonly string[]) =>
    promisify(execFile)('npm', words, { cwd: where, env: { ...process.env, PATH }, maxBuffer: 2 ** 24 })
  await npm(project, 'pack', '--pack-destination', folder)
  const [tarball = ''] = await readdir(folder)
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  await npm(folder, 'install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', tarball)
}, installMilliseconds)
afterAll(() => resources.disposeAsync())

/** What a package is made of, and no `dist`: packing builds it. */
async function copyProject(): Promise<string> {
  const project = await emptyFolder(resources)
  const manifest = Manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  version = manifest.version
  const named = manifest.files.filter(name => /^\.?[\w/.-]+$/.test(name) && name !== 'dist')
  for (const name of ['package.json', 'README.md', 'LICENSE', 'build.ts', 'examples', ...named]) {
    await mkdir(dirname(join(project, name)), { recursive: true })
    const filter = (path: string) => !path.endsWith('/node_modules')
    await cp(join(root, name), join(project, name), { recursive: true, filter })
  }
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
  return project
}

const Manifest = z.object({ version: z.string(), files: z.array(z.string()) })

function isotherm(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = sandbox,
): Promise<Child> {
  return startProgram(join(folder, 'node_modules/.bin/isotherm'), words, environment, folder)
}

test("it brings its commands, whose version is the package's", async () => {
  await using told = await startProgram('npx', ['isotherm', '--version'], { PATH }, folder)
  expect([await told.ended(), told.stdout]).toEqual([0, `${version}\n`])
  await using doctor = await isotherm(['doctor'])
  expect([await doctor.ended(), doctor.stdout]).toEqual([0, expect.stringContaining('All is well.')])
  const words = ['traffic.csv', '--from', '2026-10-01', '--to', '2026-10-03', '--interval', 'daily']
  await using exported = await isotherm(['export', ...words, '--location', 'oxford-street', '--quiet'])
  expect([await exported.ended(), exported.stderr]).toEqual([0, ''])
  const rows = (await readFile(join(folder, 'traffic.csv'), 'utf8')).trim().split('\n')
  expect(rows).toEqual([
    expect.stringMatching(/^\W*location,/),
    ...Array(2).fill(expect.stringContaining(',Oxford Street,')),
  ])
})

test('it serves the graph, its page and GraphiQL', async () => {
  await using served = await isotherm(['serve'])
  const origin = await originOf(served)
  const { data, errors } = await askText(origin, '{ locations(first: 1) { nodes { name } } }')
  expect({ data, errors }).toEqual({
    data: { locations: { nodes: [{ name: 'Oxford Street' }] } },
    errors: [],
  })
  const headers = { accept: 'text/html' }
  const page = await (await fetch(`${origin}/`, { headers })).text()
  expect(page).toContain('<title>Isotherm</title>')
  const parts = [...page.matchAll(/(?:src|href)="(page\/[^"]*)"/g)].map(([, path]) => `${origin}/${path}`)
  const names = parts.map(part => part.slice(part.lastIndexOf('/') + 1))
  expect(names).toEqual(expect.arrayContaining(['main.js', 'page.css']))
  for (const part of parts) {
    const response = await fetch(part)
    expect({ part, status: response.status }).toEqual({ part, status: 200 })
    await response.text()
  }
  expect(await (await fetch(`${origin}/graphql`, { headers })).text()).toContain('GraphiQL')
  served.process.kill('SIGTERM')
  expect(await served.ended()).toBe(0)
})

test('a model asks it by standard input, as the guide says', async () => {
  const transport = new StdioClientTransport({
    command: 'npx',
    args: ['isotherm', 'mcp'],
    env: { PATH, ISOTHERM_SANDBOX: 'on' },
    cwd: folder,
    stderr: 'pipe',
  })
  await using client = await connected(transport)
  const { text } = await client.call('list_stores', { search: 'ginza' })
  expect(answerIn(text)).toMatchObject({ errors: [], data: { locations: { totalCount: 1 } } })
})
