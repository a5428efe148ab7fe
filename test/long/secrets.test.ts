import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import type { Fault } from '../../src/sandbox/emulator.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox.ts'
import { FailureEverythingDocument } from '../generated/graphql.ts'
import { type Child, emptyFolder, originOf, startChild } from '../support/child.ts'
import { ask, askText } from '../support/client.ts'
import { planted } from '../support/outages.ts'
import { expectDiscreet, secretsOf } from '../support/secrets.ts'
import { linksIn, told } from '../support/told-images.ts'
import { arrival } from '../support/wiring.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }

/** Credentials as they may be set wrong: by mistake in an address, or of another account. */
const mistaken: Readonly<Record<string, Environment>> = {
  'credentials of another account': {
    AURA_VISION_CLIENT_ID: planted.credential,
    AURA_VISION_CLIENT_SECRET: planted.credential,
    POSTHOG_PERSONAL_API_KEY: planted.credential,
    ANALYTIKS_CLIENT_ID: planted.credential,
    ANALYTIKS_CLIENT_SECRET: planted.credential,
    ZENOVAY_API_KEY: planted.credential,
    DD_API_KEY: planted.credential,
    DD_APP_KEY: planted.credential,
  },
  'credentials in addresses where nobody listens': {
    AURA_VISION_ISSUER: 'http://planted-user:planted-password@127.0.0.1:1',
    POSTHOG_HOST: 'http://planted-user:planted-password@127.0.0.1:1',
    ANALYTIKS_TOKEN_URL: 'http://planted-user:planted-password@127.0.0.1:1',
    ZENOVAY_URL: 'http://127.0.0.1:1/planted-path',
    DATADOG_URL: 'http://planted-user:planted-password@127.0.0.1:1',
  },
  'a socket where nobody listens': {
    AURA_VISION_URL: 'ws://planted-user:planted-password@127.0.0.1:1',
    ANALYTIKS_EXPORTS_URL: 'http://planted-user:planted-password@127.0.0.1:1',
  },
}

/** Every way in which all upstreams may fail at once, one after the other. */
const faults: readonly Fault[] = [
  {},
  ...[400, 401, 403, 404, 429, 500, 503].map(status => failing({ status })),
  failing({ body: planted.words }),
  failing({ body: `{"${planted.words}":` }),
  failing({ body: [planted.words] }),
  failing({ status: 302, headers: { location: `http://127.0.0.1:1/?token=${planted.words}` } }),
  { cut: true },
]

describe('a whole process says nothing of a secret on any way out', () => {
  test('while everything fails in every way', async () => {
    await using sandbox = await startSandbox()
    await using isotherm = await startWith(sandbox, { ISOTHERM_METRICS: '127.0.0.1:0' })
    const origin = await originOf(isotherm)
    const secrets = new Set<string>()
    let said = ''
    let reasons = ''
    for (const fault of faults) {
      // Tokens and a socket are there when the fault comes, and then are asked for again.
      await ask(origin, FailureEverythingDocument, { range })
      for (const { journal } of emulatorsOf(sandbox)) journal.script(fault)
      for (const renew of [() => {}, () => renewAll(sandbox)]) {
        renew()
        const { text } = await ask(origin, FailureEverythingDocument, { range })
        const images = await Promise.all(linksIn(text).map(async link => told(await fetch(link))))
        const changed = (await askText(origin, changes)).text
        // Why Datadog refuses a change is told to who asked for it, in its own words.
        said += [text, ...images, changed.replaceAll(/ It says: [^"]*/g, '')].join('\n')
        reasons += changed
        for (const secret of secretsOf(sandbox)) secrets.add(secret)
      }
      for (const { journal } of emulatorsOf(sandbox)) journal.clear()
    }
    said += await leave(origin, sandbox)
    said += await readPages(origin)
    const [, metricsUrl = ''] = await isotherm.says(/metrics: (http:\S+)/)
    const metrics = await (await fetch(metricsUrl)).text()
    expect(metrics).toContain('outcome="rate_limited"')
    said += metrics
    isotherm.process.kill('SIGTERM')
    expect(await isotherm.ended()).toBe(0)

    // All keys, and a token for each fault: what is looked for was really there.
    expect(secrets.size).toBeGreaterThan(8 + faults.length)
    expect(said).toContain('UPSTREAM_FORBIDDEN')
    expect(isotherm.stdout).toContain('ready')
    expectLogLines(isotherm.stderr)
    expectDiscreet([...secrets], said + isotherm.stdout + isotherm.stderr)
    expect(reasons).toContain('It says: ')
    expect([...secrets].filter(secret => secret !== planted.words && reasons.includes(secret))).toEqual([])
  })

  test.each(Object.entries(mistaken))('with %s', async (_name, environment) => {
    await using sandbox = await startSandbox()
    await using isotherm = await startWith(sandbox, environment)
    const { text, errors } = await ask(await originOf(isotherm), FailureEverythingDocument, { range })
    expect(errors.length).toBeGreaterThan(0)
    isotherm.process.kill('SIGTERM')
    expect(await isotherm.ended()).toBe(0)
    expectLogLines(isotherm.stderr)
    expectDiscreet(secretsOf(sandbox), text + isotherm.stdout + isotherm.stderr)
  })

  test('when the environment keeps it from starting', async () => {
    const environment = {
      PORT: 'planted-port',
      HOST: 'planted-host',
      ISOTHERM_SANDBOX: 'planted-mode',
      ISOTHERM_CORS_ORIGINS: 'planted-origin',
      ISOTHERM_UPSTREAM_TIMEOUT_MS: 'planted-time',
      AURA_VISION_ISSUER: 'planted-issuer',
      AURA_VISION_CLIENT_SECRET: planted.credential,
      AURA_VISION_URL: 'http://planted-user:planted-password@127.0.0.1',
      AURA_VISION_PART_NUMBERING: 'planted-numbering',
      POSTHOG_PERSONAL_API_KEY: planted.credential,
      POSTHOG_HOST: 'planted user:planted-password',
      ANALYTIKS_CLIENT_SECRET: planted.credential,
      ANALYTIKS_TOKEN_URL: 'ftp://planted',
      ZENOVAY_API_KEY: planted.credential,
      ZENOVAY_URL: 'https//planted',
      // No header can hold it.
      DD_API_KEY: `${planted.credential}€`,
      DD_SITE: 'planted site',
    }
    await using isotherm = await startChild('main.ts', environment)
    expect(await isotherm.ended()).toBe(1)
    for (const name of [
      'PORT',
      'POSTHOG_HOST',
      'ANALYTIKS_CLIENT_ID',
      'ZENOVAY_URL',
      'DD_API_KEY',
      'DD_APP_KEY',
    ])
      expect(isotherm.stderr).toContain(name)
    expectDiscreet([], isotherm.stdout + isotherm.stderr)
  })
})

const changes = `mutation {
  createSnapshot(input: { applicationId: "a", deviceType: "d", name: "n", viewName: "/", eventId: "e", start: 0, isDeviceTypeSelectedByUser: true }) { __typename ... on SnapshotRefusal { reason message } }
  updateSnapshot(input: { id: "i", eventId: "e", start: 0, isDeviceTypeSelectedByUser: true }) { __typename ... on SnapshotRefusal { reason message } }
  deleteSnapshot(input: { id: "i" }) { __typename ... on SnapshotRefusal { reason message } }
}`

function failing({ status = 200, headers, body }: NonNullable<Fault['answer']>): Fault {
  const plantedHeaders = {
    'x-planted': planted.header,
    'set-cookie': `session=${planted.header}`,
    'www-authenticate': `Bearer realm="${planted.header}"`,
  }
  const message = `Unauthorized ${planted.words}`
  const answer = {
    status,
    headers: { ...plantedHeaders, ...headers },
    body: body ?? { message, error: message, errors: [message] },
  }
  const frame = `{id}|0|0|${typeof body === 'string' ? body : JSON.stringify(body ?? { message })}`
  return { answer, frames: [status === 200 ? frame : JSON.stringify({ message })] }
}

function emulatorsOf({ emulators }: Sandbox) {
  return emulators
}

/** From here on every token is refused, and the socket is gone. */
function renewAll({ 'aura-vision': auraVision, analytiks }: Sandbox): void {
  auraVision.dropConnections()
  analytiks.revokeTokens()
}

/** Folders that must be there as long as a process reads them. */
const folders = new AsyncDisposableStack()
afterAll(() => folders.disposeAsync())

async function startWith(sandbox: Sandbox, environment: Environment): Promise<Child> {
  const folder = await emptyFolder(folders)
  await writeFile(join(folder, 'catalog.yaml'), sandboxCatalog())
  const variables = {
    PORT: '0',
    ISOTHERM_CATALOG: 'catalog.yaml',
    // What was kept would stand in for what fails.
    ISOTHERM_CACHE_BYTES: '0',
    ...sandbox.environment(),
    ...environment,
  }
  const child = await startChild('main.ts', variables, folder)
  await originOf(child)
  return child
}

/** A caller who goes away in the middle. */
async function leave(origin: string, { posthog }: Sandbox): Promise<string> {
  posthog.journal.script({ hang: true })
  const arrived = arrival(posthog, 'GET /api/projects/:project_id/saved{/}?')
  const caller = new AbortController()
  const asking = ask(origin, FailureEverythingDocument, { range }, { signal: caller.signal })
  await arrived
  caller.abort()
  return asking.then(
    ({ text }) => text,
    () => '',
  )
}

async function readPages(origin: string): Promise<string> {
  const pages = [
    '/graphql',
    '/healthz',
    '/readyz',
    '/nothing',
    '/graphql?query={',
    '/graphql?query={nothing}',
  ]
  const texts = pages.map(async page => {
    const response = await fetch(origin + page, { headers: { accept: 'text/html' } })
    return JSON.stringify([...response.headers]) + (await response.text())
  })
  return (await Promise.all(texts)).join('\n')
}

/** All that was logged are requests and failures of upstreams: nothing unexpected, nothing uncaught. */
function expectLogLines(stderr: string): void {
  const lines = stderr.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(1)
  const messages = lines.map(line => JSON.parse(line).message)
  const ofUpstreams = messages.filter(
    message => !/^(GET|POST) [a-z ]+ (\d{3}|without response)$/.test(message),
  )
  expect(ofUpstreams.length).toBeGreaterThan(1)
  for (const message of ofUpstreams) expect(message).toMatch(ofUpstream)
}

/** A failed call, a breaker that opens or closes, or a response that is not as documented. */
const ofUpstream =
  /^(?:\d+ more within a second: )?(aura-vision|posthog|analytiks|zenovay|datadog) ([A-Z_]+(, |$)|(still )?fails at \S+: not called for \d+ s$|answers again at \S+$|answers [A-Za-z/:_ ,0-9]+ with [a-z ]+( \([a-z 0-9]+\))?: )/
