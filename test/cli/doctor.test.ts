import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { examine as runDoctor } from '../../src/cli/doctor/doctor.ts'
import type { Finding } from '../../src/cli/doctor/findings.ts'
import type { Environment } from '../../src/config/environment.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox.ts'
import { emptyFolder, startNode } from '../support/child.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { installRedis, startRedis } from '../support/redis.ts'
import { expectDiscreet, secretsOf } from '../support/secrets.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

interface Report {
  readonly code: number | string | null
  readonly version: string
  readonly ok: boolean
  readonly costs?: Readonly<Record<string, string>>
  readonly findings: readonly Finding[]
  readonly text: string
}

/** What `isotherm doctor --json` tells with these settings; those of `file` are from the file .env. */
async function examine(environment: Environment, { file = {}, catalog = '' } = {}): Promise<Report> {
  await using resources = new AsyncDisposableStack()
  const path = join(await emptyFolder(resources), 'catalog.yaml')
  if (catalog) await writeFile(path, catalog)
  let text = ''
  const code = await runDoctor(true, {
    environment: { ...file, ...environment, ...(catalog && { ISOTHERM_CATALOG: path }) },
    inherited: new Set(Object.keys(environment)),
    sandboxByDefault: true,
    print: part => {
      text += part
    },
  })
  return { code, text, ...JSON.parse(text) }
}

function about(report: Report, subject: string): readonly string[] {
  return report.findings
    .filter(finding => finding.subject === subject)
    .map(({ status, message }) => `${status}: ${message}`)
}

/** A sandbox that is reached as the vendors are. */
async function vendors(resources: AsyncDisposableStack): Promise<Sandbox> {
  return resources.use(await startSandbox())
}

test('in the sandbox all is well, and it says that data is made up', async () => {
  const report = await examine({})
  expect(report).toMatchObject({ code: 0, ok: true })
  for (const name of ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'])
    expect(about(report, name)).toContain('ok: The sandbox answers: its data is made up.')
  expect(report.findings.filter(({ status }) => status === 'failed')).toEqual([])
})

test('as text it says what asking costs before it asks, then one line for each finding', async () => {
  await using doctor = await startNode([main, 'doctor'], { ISOTHERM_SANDBOX: 'zenovay' })
  expect(await doctor.ended()).toBe(0)
  expect(doctor.stdout).toMatch(
    /^Isotherm [\d.]+ asks each vendor its cheapest question and changes nothing\. It takes\n {2}zenovay {2}1 call of the minute and the month\n\n/,
  )
  expect(doctor.stdout).toMatch(
    /\nok +zenovay +Its limits: 30 calls a minute and 10000 a month .*\. 9999 calls are left\.\n/,
  )
  expect(doctor.stdout).toMatch(/\n\nAll is well\.\n$/)
})

test('vendors that accept all are asked once each, and told with their limits, clocks and entries', async () => {
  await using resources = new AsyncDisposableStack()
  const sandbox = await vendors(resources)
  const report = await examine(sandbox.environment(), { catalog: sandboxCatalog() })
  expect(report).toMatchObject({ code: 0, ok: true })
  expect(about(report, 'zenovay')).toEqual([
    expect.stringMatching(/^ok: It answers and accepts the credentials, in \d+ ms\.$/),
    'ok: Its limits: 30 calls a minute and 10000 a month (ZENOVAY_PLAN=pro). 9999 calls are left.',
    "ok: Its clock is within 5 seconds of this machine's.",
    'ok: It knows 3 entries of the catalog.',
  ])
  expect(about(report, 'datadog').at(-1)).toMatch(
    /^unchecked: It cannot be checked whether it knows \d entries/,
  )
  expect(sandbox.zenovay.journal.count()).toBe(1)
  expect(sandbox.datadog.journal.count()).toBe(1)
  const methods = sandbox.emulators.flatMap(({ journal }) => journal.calls.map(({ route }) => route))
  expect(
    methods.filter(route => /^(PATCH|DELETE|PUT)|snapshots$/.test(route) && !/^GET/.test(route)),
  ).toEqual([])
  expectDiscreet(secretsOf(sandbox), report.text)
})

test('the variables of refused credentials are named, with where they are set', async () => {
  await using resources = new AsyncDisposableStack()
  const sandbox = await vendors(resources)
  const wrong = {
    ZENOVAY_API_KEY: 'zv_planted',
    POSTHOG_PERSONAL_API_KEY: 'phx_planted',
    ANALYTIKS_CLIENT_SECRET: 'planted-secret',
    AURA_VISION_CLIENT_SECRET: 'planted-secret',
  }
  const { ZENOVAY_API_KEY: _, ...environment } = { ...sandbox.environment(), ...wrong }
  const report = await examine(environment, { file: { ZENOVAY_API_KEY: wrong.ZENOVAY_API_KEY } })
  expect(report).toMatchObject({ code: 1, ok: false })
  // A key of another region is refused, too.
  expect(about(report, 'zenovay')[0]).toMatch(
    /^failed: zenovay did not accept the credentials\. It is asked at 127\.0\.0\.1:\d+\. Check ZENOVAY_API_KEY \(set in the file \.env\)\.$/,
  )
  expect(about(report, 'posthog')[0]).toMatch(
    / It is asked at 127\.0\.0\.1:\d+\. Check POSTHOG_PERSONAL_API_KEY \(set in the environment\)\.$/,
  )
  for (const [name, variable] of [
    ['analytiks', 'ANALYTIKS_CLIENT_SECRET'],
    ['aura-vision', 'AURA_VISION_CLIENT_SECRET'],
  ] as const)
    expect(about(report, name)[0]).toMatch(
      new RegExp(`^failed: ${name} .* Check .*${variable} \\(set in the env`),
    )
  expect(about(report, 'datadog')[0]).toMatch(/^ok: /)
  expectDiscreet(secretsOf(sandbox), report.text)
})

test.each(['DD_API_KEY', 'DD_APP_KEY'])("of Datadog's two keys, %s is found at fault", async name => {
  await using resources = new AsyncDisposableStack()
  const { datadog } = await vendors(resources)
  const report = await examine({ ...datadog.environment, [name]: 'planted-key' })
  expect(report.code).toBe(1)
  expect(about(report, 'datadog')[0]).toMatch(new RegExp(`Check ${name} \\(set in the environment\\)\\.$`))
})

test('where Datadog refuses by 401, its API key is named', async () => {
  await using resources = new AsyncDisposableStack()
  const { datadog } = await vendors(resources)
  datadog.journal.script({ answer: { status: 401, body: { errors: ['Unauthorized'] } } })
  const report = await examine(datadog.environment)
  expect(about(report, 'datadog')[0]).toMatch(
    /^failed: datadog did not accept the credentials\. It is asked at 127\.0\.0\.1:\d+\. Check DD_API_KEY \(set in the environment\)\.$/,
  )
})

test('a host that is no PostHog is not told as one that accepts the key', async () => {
  await using resources = new AsyncDisposableStack()
  const { posthog } = await vendors(resources)
  posthog.journal.script({ answer: { status: 404, body: '<html>Not found</html>' } })
  const report = await examine(posthog.environment)
  expect(report.code).toBe(1)
  expect(about(report, 'posthog')[0]).toMatch(/^failed: .*check whether POSTHOG_HOST is right/)
  const catalog = 'websites: [{ id: shop, name: Shop, posthog: { projectId: "1" } }]'
  const withCatalog = await examine(posthog.environment, { catalog })
  expect(withCatalog.costs).toEqual({
    posthog: '1 call of the minute and the hour, and 1 more if no project of the catalog is there',
  })
  expect(about(withCatalog, 'posthog')[0]).toBe(about(report, 'posthog')[0])
})

test('entries of the catalog that no vendor knows are named', async () => {
  await using resources = new AsyncDisposableStack()
  const sandbox = await vendors(resources)
  const catalog = `
locations:
  - { id: known, name: Known, analytiks: { locationId: 1 } }
  - { id: lost, name: Lost, analytiks: { locationId: 424242 } }
  - { id: gone, name: Gone, analytiks: { brandId: 4242, referenceNumber: X1 } }
websites:
  - { id: shop, name: Shop, zenovay: { websiteId: 00000000-0000-4000-8000-00000000dead }, posthog: { projectId: "403" } }
  - { id: blog, name: Blog, posthog: { projectId: "1" } }
`
  const report = await examine(sandbox.environment(), { catalog })
  expect(report.code).toBe(1)
  const unknown = report.findings.flatMap(({ status, entries }) => (status === 'failed' ? [entries] : []))
  expect(unknown).toEqual([
    { 'websites.shop': 'posthog:403' },
    { 'locations.lost': 'analytiks:424242', 'locations.gone': 'reference:4242:X1' },
    { 'websites.shop': 'zenovay:00000000-0000-4000-8000-00000000dead' },
  ])
  expect(about(report, 'analytiks')).toContain('ok: It knows 1 entry of the catalog.')
})

test('an entry that a vendor should know by two ids is one entry, and both are told', async () => {
  await using resources = new AsyncDisposableStack()
  const { analytiks } = await vendors(resources)
  const catalog = `
locations:
  - { id: lost, name: Lost, analytiks: { locationId: 424242, brandId: 4242, referenceNumber: X1 } }
  - { id: gone, name: Gone, analytiks: { locationId: 424243 } }
  - { id: half, name: Half, analytiks: { locationId: 1, brandId: 4242, referenceNumber: X2 } }
`
  const report = await examine(analytiks.environment, { catalog })
  expect(about(report, 'analytiks').slice(-2)).toEqual([
    'ok: It knows 1 entry of the catalog.',
    expect.stringMatching(/^failed: It does not know, .*, 3 entries of the catalog: locations\.lost \(/),
  ])
  expect(report.findings.at(-1)?.entries).toEqual({
    'locations.lost': 'analytiks:424242, reference:4242:X1',
    'locations.gone': 'analytiks:424243',
    'locations.half': 'reference:4242:X2',
  })
})

describe('a vendor', () => {
  test('that is an hour ahead is told', async () => {
    await using resources = new AsyncDisposableStack()
    const { zenovay } = await vendors(resources)
    const date = new Date(Date.now() + 3_600_000).toUTCString()
    const body = { success: true, data: { websites: [], total: 0 } }
    zenovay.journal.script({ answer: { headers: { date }, body } })
    const report = await examine(zenovay.environment)
    expect(report.code).toBe(1)
    expect(about(report, 'zenovay').at(-1)).toMatch(
      /^failed: Its clock is 3[56]\d\d seconds ahead of this machine's/,
    )
  })

  test('that hangs keeps nobody waiting for long', async () => {
    await using resources = new AsyncDisposableStack()
    const { zenovay, datadog } = await vendors(resources)
    zenovay.journal.script({ hang: true })
    const environment = {
      ...zenovay.environment,
      ...datadog.environment,
      ISOTHERM_UPSTREAM_TIMEOUT_MS: '300',
    }
    const report = await examine(environment)
    expect(report.code).toBe(1)
    const { host } = new URL(zenovay.environment.ZENOVAY_URL ?? '')
    const told = `failed: zenovay did not answer within the deadline. It is asked at ${host}.`
    expect(about(report, 'zenovay')).toEqual([told])
    expect(about(report, 'datadog')[0]).toMatch(/^ok/)
  })

  test.each([
    ['cannot be reached', 'http://no-such-host.invalid/api', 'zenovay could not be reached.'],
    ['has no such address', '/elsewhere', 'zenovay does not know this.'],
  ])('that %s is told with where it is asked', async (_name, path, told) => {
    await using resources = new AsyncDisposableStack()
    const { zenovay } = await vendors(resources)
    const url = new URL(path, zenovay.environment.ZENOVAY_URL)
    const report = await examine({ ...zenovay.environment, ZENOVAY_URL: url.href })
    expect(about(report, 'zenovay')[0]).toBe(`failed: ${told} It is asked at ${url.host}.`)
  })

  test('behind a proxy that refuses is told by what the proxy said', async () => {
    await using proxy = await startConnectProxy({ status: 403, credentials: 'user:planted' })
    const report = await examine({
      ZENOVAY_API_KEY: 'zv_planted',
      ZENOVAY_URL: 'http://vendor.example/api',
      HTTP_PROXY: proxy.url.href,
    })
    expect(report.code).toBe(1)
    expect(about(report, 'zenovay')).toEqual([
      `failed: zenovay could not be reached: the proxy refused the connection (status 403). It is asked at vendor.example, through the proxy ${proxy.url.host}.`,
    ])
    expect(report.text).not.toContain('planted')
  })
})

describe('settings', () => {
  test('that nothing could start with are told, with exit code 2', async () => {
    const report = await examine({
      ZENOVAY_API_KEY: 'zv_planted',
      ZENOVAY_PLAN: 'free',
      PORT: 'planted',
      ISOTHERM_CATALOGUE: 'x',
    })
    expect(report).toMatchObject({ code: 2, ok: false })
    expect(about(report, 'settings')).toEqual([
      'warning: ISOTHERM_CATALOGUE (set in the environment) is no setting: it may be meant as ISOTHERM_CATALOG.',
      expect.stringMatching(/^failed: PORT: /),
      expect.stringMatching(/^failed: ZENOVAY_PLAN: /),
    ])
    expect(report.text).not.toContain('planted')
  })

  test('of an account are told, where nothing could start with them as well', async () => {
    await using resources = new AsyncDisposableStack()
    const file = join(await emptyFolder(resources), 'access.yaml')
    await writeFile(file, 'accounts:\n  - id: acme\n    variables: ACME_\n')
    const report = await examine({
      ISOTHERM_ACCESS: file,
      ISOTHERM_SANDBOX: 'off',
      ACME_ZENOVAY_API_KYE: 'zv_planted',
    })
    expect(about(report, 'settings')).toEqual([
      'warning: ACME_ZENOVAY_API_KYE (set in the environment) is no setting: it may be meant as ACME_ZENOVAY_API_KEY.',
      expect.stringMatching(/^failed: No provider is configured/),
    ])
    expect(report.text).not.toContain('planted')
  })

  test('of a folder for exports that cannot be one are told', async () => {
    const report = await examine({}, { file: { ISOTHERM_EXPORT_DIR: main } })
    expect(report.code).toBe(1)
    expect(about(report, 'exports')).toEqual([
      'failed: No Parquet file can be made (ENOTDIR), so such exports are refused: check ISOTHERM_EXPORT_DIR (set in the file .env).',
    ])
  })

  test('of nothing are told, where the sandbox is off', async () => {
    const report = await examine({ ISOTHERM_SANDBOX: 'off' })
    expect(report.code).toBe(2)
    expect(about(report, 'settings')[0]).toMatch(/^failed: No provider is configured/)
  })

  test('with which nothing could start, and that would let everybody in, are told as both', async () => {
    const report = await examine({ ISOTHERM_SANDBOX: 'off', HOST: '0.0.0.0' })
    expect(report.code).toBe(2)
    expect(about(report, 'settings')).toEqual([
      expect.stringMatching(/^failed: No provider is configured/),
      expect.stringMatching(/^failed: ISOTHERM_ACCESS: name a file that says who may ask/),
    ])
  })
})

describe('a Redis', () => {
  beforeAll(installRedis, installMilliseconds)

  test('that can be used is told with its version and policy', async () => {
    await using redis = await startRedis('--maxmemory-policy', 'noeviction')
    const report = await examine({ ISOTHERM_SANDBOX: 'zenovay', REDIS_URL: redis.url })
    expect(report.code).toBe(0)
    expect(about(report, 'redis')).toEqual([
      expect.stringMatching(/^ok: It answers; version \d+\.\d+\.\d+, maxmemory-policy noeviction\.$/),
    ])
  })

  test('that would forget counts of calls fails', async () => {
    await using redis = await startRedis('--maxmemory-policy', 'allkeys-lru')
    const report = await examine({ ISOTHERM_SANDBOX: 'zenovay', REDIS_URL: redis.url })
    expect(report.code).toBe(1)
    expect(about(report, 'redis')[0]).toMatch(/^failed: Its maxmemory-policy is allkeys-lru/)
  })

  test('that is too old to count calls for all fails', async () => {
    await using redis = await startRedis('--maxmemory-policy', 'noeviction')
    await using old = await startOldRedis(redis.port)
    const report = await examine({ ISOTHERM_SANDBOX: 'zenovay', REDIS_URL: old.url })
    expect(report.code).toBe(1)
    expect(about(report, 'redis')[0]).toMatch(
      /^failed: Its version is 6\.\d+\.\d+, too old: instances do not share their limits\. Use 7 or newer\.$/,
    )
  })

  test.each(['subscribe', 'publish'])('that does not allow %s is told what that costs', async command => {
    await using redis = await startRedis('--maxmemory-policy', 'noeviction')
    const url = await redis.forbid(command)
    const report = await examine({ ISOTHERM_SANDBOX: 'zenovay', REDIS_URL: url })
    expect(report.code).toBe(0)
    expect(about(report, 'redis')).toEqual([
      expect.stringMatching(/^ok: It answers/),
      expect.stringMatching(
        /^warning: It delivers no messages \(NOPERM\), .* Allow its user SUBSCRIBE and PUBLISH/,
      ),
    ])
  })

  test('without the database of its URL fails', async () => {
    await using redis = await startRedis('--maxmemory-policy', 'noeviction')
    const report = await examine({ ISOTHERM_SANDBOX: 'zenovay', REDIS_URL: `${redis.url}/99` })
    expect(report.code).toBe(1)
    expect(about(report, 'redis')).toEqual([
      'failed: It cannot be used (its database cannot be selected, which is tried again at the next start only): check REDIS_URL (set in the environment).',
    ])
  })

  test('that is not there fails, without its password', async () => {
    const report = await examine({ ISOTHERM_SANDBOX: 'zenovay', REDIS_URL: 'redis://:planted@127.0.0.1:1' })
    expect(report.code).toBe(1)
    expect(about(report, 'redis')).toEqual([
      'failed: It cannot be used (ECONNREFUSED): check REDIS_URL (set in the environment).',
    ])
    expect(report.text).not.toContain('planted')
  })
})

/** In front of a Redis, for one that says that it is version 6. */
async function startOldRedis(port: number): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(client => {
    const redis = connect(port, '127.0.0.1')
    for (const socket of [client, redis]) socket.setEncoding('latin1').on('error', () => socket.destroy())
    client.on('data', text => redis.write(String(text), 'latin1')).on('close', () => redis.destroy())
    redis.on('data', text =>
      client.write(String(text).replace(/redis_version:\d/, 'redis_version:6'), 'latin1'),
    )
    redis.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const own = address !== null && typeof address !== 'string' ? address.port : 0
  return { url: `redis://127.0.0.1:${own}`, [Symbol.asyncDispose]: async () => void server.close() }
}
