import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { FailureEverythingDocument } from '../generated/graphql.ts'
import { emptyFolder, originOf, startChild } from '../support/child.ts'
import { ask, askText } from '../support/client.ts'
import { serveHttp } from '../upstream/http/loopback.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }

test('with nothing set it serves the sandbox, and says so', async () => {
  await using isotherm = await startChild('main.ts', { PORT: '0' })
  const origin = await originOf(isotherm)
  expect(isotherm.stdout).toBe(`Isotherm listens on ${origin}/graphql
  aura-vision  sandbox
  posthog      sandbox
  analytiks    sandbox
  zenovay      sandbox
  datadog      sandbox
  catalog: the sandbox (12 locations, 3 websites)
  Data of sandbox providers is made up. Set their variables (.env.example) for real data.
`)
  const { errors, extensions } = await ask(origin, FailureEverythingDocument, { range })
  expect(errors).toEqual([])
  expect(extensions.sandbox).toEqual(['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'])
  isotherm.process.kill('SIGTERM')
  expect(await isotherm.ended()).toBe(0)
  // Nothing but the line of the request.
  expect(JSON.parse(isotherm.stderr)).toMatchObject({ level: 'info', message: 'POST graphql 200' })
})

test('it tells which providers are configured, and which catalog is read', async () => {
  await using resources = new AsyncDisposableStack()
  const file = join(await emptyFolder(resources), 'places.yaml')
  await writeFile(file, 'locations: [{ id: one, name: One }]')
  await using isotherm = await startChild('main.ts', {
    PORT: '0',
    ZENOVAY_API_KEY: 'zv_key',
    DD_API_KEY: 'key',
    DD_APP_KEY: 'key',
    ISOTHERM_CATALOG: file,
  })
  const origin = await originOf(isotherm)
  expect(isotherm.stdout).toBe(`Isotherm listens on ${origin}/graphql
  aura-vision  not configured
  posthog      not configured
  analytiks    not configured
  zenovay      ready
  datadog      ready
  catalog: ${file} (1 location, 0 websites)
`)
})

test('the sandbox can stand in for one provider among real ones', async () => {
  await using zenovay = await serveHttp((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: { pages: [{ url: '/real' }] } }))
  })
  await using isotherm = await startChild('main.ts', {
    PORT: '0',
    ISOTHERM_SANDBOX: 'posthog',
    ZENOVAY_API_KEY: 'zv_key',
    ZENOVAY_URL: zenovay.url.href,
  })
  const origin = await originOf(isotherm)
  expect(isotherm.stdout).toContain('  posthog      sandbox\n')
  expect(isotherm.stdout).toContain('  zenovay      ready\n')
  expect(isotherm.stdout).toContain('  datadog      not configured\n')
  expect(isotherm.stdout).toContain('  catalog: none ')

  const real =
    '{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views { nodes { path } } } }'
  const first = await askText(origin, real)
  expect(first.data).toEqual({ website: { views: { nodes: [{ path: '/real' }] } } })
  expect(first.extensions).toEqual({})

  const madeUp = '{ website(by: { posthogProjectId: "1" }) { heatmaps(first: 1) { nodes { name } } } }'
  const second = await askText(origin, madeUp)
  expect(second.errors).toEqual([])
  expect(second.extensions).toEqual({ sandbox: ['posthog'] })
})

test('everything wrong with the environment and the catalog is told at once, and nothing starts', async () => {
  await using resources = new AsyncDisposableStack()
  const file = join(await emptyFolder(resources), 'places.yaml')
  await writeFile(file, 'locations:\n  - { id: one, name: One }\n  - { id: one, name: Two, colour: red }\n')
  await using isotherm = await startChild('main.ts', {
    PORT: 'high',
    ISOTHERM_DRAIN_MS: '-1',
    POSTHOG_PERSONAL_API_KEY: 'phx_key',
    POSTHOG_HOST: 'somewhere',
    ANALYTIKS_CLIENT_ID: 'client',
    ISOTHERM_CATALOG: file,
  })
  expect(await isotherm.ended()).toBe(1)
  expect(isotherm.stdout).toBe('')
  const line: { message: string; problems: readonly string[] } = JSON.parse(isotherm.stderr)
  expect(line).toMatchObject({ level: 'error', problems: expect.any(Array) })
  const [title, ...problems] = line.message.split('\n')
  expect(line.problems.map(problem => `  - ${problem}`)).toEqual(problems)
  expect(title).toBe('Isotherm cannot start:')
  const subjects = problems.map(problem => /^ {2}- ([A-Z_]+|.+\.yaml:\d+): \S/.exec(problem)?.[1])
  expect(subjects.sort()).toEqual(
    ['ANALYTIKS_CLIENT_SECRET', 'ISOTHERM_DRAIN_MS', 'PORT', 'POSTHOG_HOST', `${file}:3`, `${file}:3`].sort(),
  )
})

test('a catalog that cannot be read keeps it from starting', async () => {
  await using isotherm = await startChild('main.ts', { PORT: '0', ISOTHERM_CATALOG: '/nowhere/places.yaml' })
  expect(await isotherm.ended()).toBe(1)
  expect(JSON.parse(isotherm.stderr).message).toBe(
    'Isotherm cannot start:\n  - /nowhere/places.yaml: the catalog cannot be read (ENOENT)',
  )
})

test('it says what becomes of documents that are not in the manifest', async () => {
  await using isotherm = await startChild('main.ts', {
    PORT: '0',
    ISOTHERM_DOCUMENTS: join(import.meta.dirname, '../generated/persisted-documents.json'),
    ISOTHERM_DOCUMENT_MODE: 'refuse',
  })
  await isotherm.says(/\n {2}documents: \d\d by id; others are refused\n/)
})

test('in production made-up data does not pass for real', async () => {
  await using isotherm = await startChild('main.ts', { PORT: '0', NODE_ENV: 'production' })
  expect(await isotherm.ended()).toBe(1)
  expect(isotherm.stdout).toBe('')
  expect(JSON.parse(isotherm.stderr).message).toMatch(
    /^Isotherm cannot start:\n {2}- No provider is configured/,
  )
})

test('in production the sandbox serves when it is asked for', async () => {
  await using isotherm = await startChild('main.ts', {
    PORT: '0',
    NODE_ENV: 'production',
    ISOTHERM_SANDBOX: 'on',
  })
  await originOf(isotherm)
  expect(isotherm.stdout).toContain('made up')
})

test('a port in use is told', async () => {
  await using other = await serveHttp(() => {})
  const { port } = other.url
  await using isotherm = await startChild('main.ts', { PORT: port })
  expect(await isotherm.ended()).toBe(1)
  expect(JSON.parse(isotherm.stderr).message).toBe(
    `Isotherm cannot start:\n  - 127.0.0.1:${port} cannot be listened on (EADDRINUSE): set HOST and PORT to an address that is free`,
  )
})

test('a .env file in the working directory is read, and the environment goes before it', async () => {
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  await writeFile(join(folder, '.env'), 'PORT=none\nISOTHERM_SANDBOX=datadog\n')
  await using isotherm = await startChild('main.ts', { PORT: '0' }, folder)
  await originOf(isotherm)
  expect(isotherm.stdout).toContain('  datadog      sandbox\n')
  expect(isotherm.stdout).toContain('  zenovay      not configured\n')
})

test('the sandbox alone prints the variables that another Isotherm needs', async () => {
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  await using sandbox = await startChild('sandbox-main.ts')
  await sandbox.says(/^DD_APP_KEY=.+\n/m)
  await writeFile(join(folder, 'places.yaml'), sandboxCatalog())
  await writeFile(join(folder, '.env'), sandbox.stdout)
  expect(Object.keys(parseEnv(sandbox.stdout)).length).toBeGreaterThan(10)

  const environment = { PORT: '0', ISOTHERM_CATALOG: 'places.yaml' }
  await using isotherm = await startChild('main.ts', environment, folder)
  const { errors, extensions } = await ask(await originOf(isotherm), FailureEverythingDocument, { range })
  expect(errors).toEqual([])
  expect(extensions).toEqual({})
  expect(isotherm.stdout.match(/ready/g)).toHaveLength(5)

  sandbox.process.kill('SIGTERM')
  expect(await sandbox.ended()).toBe(0)
})
