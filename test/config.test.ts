import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Environment, readConfig, StartProblems } from '../src/config.ts'
import { providerNames } from '../src/upstream/error.ts'
import { generalVariables, providerVariables } from '../src/variables.ts'
import { problemsOf, required, variablesOfProviders } from './environments.ts'

const bounds = { deadlineMilliseconds: 10_000, maximumBytes: 67_108_864 }
const limits = { concurrency: 8, keepSeconds: 60, maximumCalls: 1000 }

test('without any variable the defaults hold, and every upstream is the sandbox', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 4000,
    catalogFile: undefined,
    corsOrigins: [],
    requestBytes: 1_048_576,
    deadlineMilliseconds: 300_000,
    drainMilliseconds: 10_000,
    cacheBytes: 268_435_456,
    staleSeconds: 3600,
    redisUrl: undefined,
    sandboxed: ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'],
    providers: {
      auraVision: undefined,
      posthog: undefined,
      analytiks: undefined,
      zenovay: undefined,
      datadog: undefined,
    },
  })
})

test('with the required variables alone the defaults of every provider hold', () => {
  expect(readConfig(required)).toMatchObject({ sandboxed: [] })
  expect(readConfig(required).providers).toEqual({
    auraVision: {
      ...bounds,
      tokenUrl: new URL('https://issuer.example.com/oauth/token'),
      audience: 'https://audience.example.com',
      clientId: 'aura-id',
      clientSecret: 'aura-secret',
      url: new URL('wss://ws.auravision.ai'),
      imageHosts: ['heatmaps.auravisionlabs.com', 'thumbnailer.auravisionlabs.com'],
      numbering: 'auto',
      maximumLocations: 50,
      maximumDays: 31,
      limits,
    },
    posthog: {
      ...bounds,
      personalApiKey: 'phx_key',
      host: new URL('https://us.posthog.com'),
      perMinute: 240,
      perHour: 1200,
      limits,
    },
    analytiks: {
      ...bounds,
      tokenUrl: new URL('https://tokens.analytiks.ai'),
      audience: 'https://gql.analytiks.ai',
      clientId: 'analytiks-id',
      clientSecret: 'analytiks-secret',
      exportsUrl: new URL('https://exports.analytiks.ai'),
      dwellTime: undefined,
      limits: { concurrency: 8, keepSeconds: 2_592_000, maximumCalls: 10_000 },
    },
    zenovay: {
      ...bounds,
      apiKey: 'zv_key',
      url: new URL('https://api.zenovay.com/api/external/v1'),
      plan: 'pro',
      limits: { ...limits, keepSeconds: 600 },
    },
    datadog: {
      ...bounds,
      apiKey: 'dd-api',
      applicationKey: 'dd-app',
      url: new URL('https://api.datadoghq.com'),
      limits: { ...limits, keepSeconds: 30 },
    },
  })
})

test('every variable changes what it stands for', () => {
  const config = readConfig({
    ...required,
    HOST: '0.0.0.0',
    PORT: '0',
    ISOTHERM_CATALOG: 'shops.yaml',
    ISOTHERM_CORS_ORIGINS: 'https://app.example.com, https://other.example.com',
    ISOTHERM_UPSTREAM_TIMEOUT_MS: '2500',
    ISOTHERM_UPSTREAM_MAX_BYTES: '2048',
    ISOTHERM_BODY_LIMIT: '4096',
    ISOTHERM_DRAIN_MS: '0',
    ISOTHERM_ANSWER_TIMEOUT_MS: '4500',
    ISOTHERM_CACHE_BYTES: '0',
    ISOTHERM_STALE_SECONDS: '0',
    REDIS_URL: 'rediss://:password@redis.example.com:6380/2',
    AURA_VISION_ISSUER: 'http://127.0.0.1:1/tenant',
    AURA_VISION_URL: 'ws://127.0.0.1:2',
    AURA_VISION_IMAGE_HOSTS: ' images.example.com , http://127.0.0.1:4711,',
    AURA_VISION_PART_NUMBERING: 'count-from-one',
    AURA_VISION_MAX_LOCATIONS: '7',
    AURA_VISION_MAX_DAYS: '8',
    ...limitVariables('AURA_VISION'),
    POSTHOG_HOST: 'http://127.0.0.1:3',
    POSTHOG_PER_MINUTE: '9',
    POSTHOG_PER_HOUR: '10',
    ...limitVariables('POSTHOG'),
    ANALYTIKS_TOKEN_URL: 'http://127.0.0.1:4/token',
    ANALYTIKS_EXPORTS_URL: 'http://127.0.0.1:5',
    ANALYTIKS_AUDIENCE: 'other',
    ANALYTIKS_DWELL_TIME: 'mean',
    ...limitVariables('ANALYTIKS'),
    ZENOVAY_URL: 'http://127.0.0.1:6/v1',
    ZENOVAY_PLAN: 'enterprise',
    ...limitVariables('ZENOVAY'),
    DATADOG_URL: 'http://127.0.0.1:7',
    DD_SITE: 'datadoghq.eu',
    ...limitVariables('DATADOG'),
  })
  const changed = {
    deadlineMilliseconds: 2500,
    maximumBytes: 2048,
    limits: { concurrency: 3, keepSeconds: 0, maximumCalls: 5 },
  }
  expect(config).toEqual({
    host: '0.0.0.0',
    port: 0,
    catalogFile: 'shops.yaml',
    corsOrigins: ['https://app.example.com', 'https://other.example.com'],
    requestBytes: 4096,
    deadlineMilliseconds: 4500,
    drainMilliseconds: 0,
    cacheBytes: 0,
    staleSeconds: 0,
    redisUrl: new URL('rediss://:password@redis.example.com:6380/2'),
    sandboxed: [],
    providers: {
      auraVision: {
        ...changed,
        tokenUrl: new URL('http://127.0.0.1:1/tenant/oauth/token'),
        audience: 'https://audience.example.com',
        clientId: 'aura-id',
        clientSecret: 'aura-secret',
        url: new URL('ws://127.0.0.1:2'),
        imageHosts: ['images.example.com', 'http://127.0.0.1:4711'],
        numbering: 'count-from-one',
        maximumLocations: 7,
        maximumDays: 8,
      },
      posthog: {
        ...changed,
        personalApiKey: 'phx_key',
        host: new URL('http://127.0.0.1:3'),
        perMinute: 9,
        perHour: 10,
      },
      analytiks: {
        ...changed,
        tokenUrl: new URL('http://127.0.0.1:4/token'),
        audience: 'other',
        clientId: 'analytiks-id',
        clientSecret: 'analytiks-secret',
        exportsUrl: new URL('http://127.0.0.1:5'),
        dwellTime: 'mean',
      },
      zenovay: {
        ...changed,
        apiKey: 'zv_key',
        url: new URL('http://127.0.0.1:6/v1'),
        plan: 'enterprise',
      },
      datadog: {
        ...changed,
        apiKey: 'dd-api',
        applicationKey: 'dd-app',
        url: new URL('http://127.0.0.1:7'),
      },
    },
  })
})

test.each([
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'uk1.datadoghq.com',
  'datadoghq.eu',
  'ddog-gov.com',
  'us2.ddog-gov.com',
])("a Datadog site is reached at its API's host: %s", site => {
  const { datadog } = readConfig({ ...required, DD_SITE: site }).providers
  expect(datadog?.url.href).toBe(`https://api.${site}/`)
})

test('an empty or blank variable counts as not set, and blanks around a value do not count', () => {
  const names = [...Object.keys(generalVariables.shape), ...variablesOfProviders()]
  for (const blank of ['', '  ', '\t\n']) {
    expect(readConfig(Object.fromEntries(names.map(name => [name, blank])))).toEqual(readConfig({}))
  }
  const padded = Object.entries({ ...required, PORT: '80', ISOTHERM_SANDBOX: 'off', DD_SITE: 'datadoghq.eu' })
  expect(readConfig(Object.fromEntries(padded.map(([name, value]) => [name, ` ${value}\n`])))).toEqual(
    readConfig(Object.fromEntries(padded)),
  )
})

test('every problem is told at once, by the name of its variable', () => {
  const problems = problemsOf({
    PORT: '65536',
    ISOTHERM_SANDBOX: 'maybe',
    ISOTHERM_CORS_ORIGINS: 'https://app.example.com/page',
    ISOTHERM_UPSTREAM_TIMEOUT_MS: 'soon',
    ISOTHERM_UPSTREAM_MAX_BYTES: '1023',
    ISOTHERM_BODY_LIMIT: '1e99',
    ISOTHERM_DRAIN_MS: '-1',
    ISOTHERM_ANSWER_TIMEOUT_MS: '0',
    ISOTHERM_CACHE_BYTES: '-1',
    ISOTHERM_STALE_SECONDS: 'long',
    REDIS_URL: 'http://redis.example.com',
    AURA_VISION_ISSUER: 'issuer.example.com',
    AURA_VISION_URL: 'https://ws.auravision.ai',
    AURA_VISION_PART_NUMBERING: 'other',
    AURA_VISION_MAX_LOCATIONS: '0',
    AURA_VISION_MAX_DAYS: '367',
    POSTHOG_PERSONAL_API_KEY: 'phx_key',
    POSTHOG_HOST: 'us.posthog.com',
    POSTHOG_PER_MINUTE: '0',
    POSTHOG_PER_HOUR: '1.5',
    ANALYTIKS_CLIENT_SECRET: 'secret',
    ANALYTIKS_EXPORTS_URL: 'ftp://exports.analytiks.ai',
    ANALYTIKS_DWELL_TIME: 'median',
    ZENOVAY_API_KEY: 'zv_key',
    ZENOVAY_PLAN: 'free',
    ZENOVAY_CONCURRENCY: '0',
    ZENOVAY_KEEP_SECONDS: '-1',
    ZENOVAY_MAX_CALLS: '0',
    DD_APP_KEY: 'key',
    DD_SITE: 'https://datadoghq.eu',
  })
  expect(problems.map(problem => problem.split(':')[0]).toSorted()).toEqual([
    'ANALYTIKS_CLIENT_ID',
    'ANALYTIKS_DWELL_TIME',
    'ANALYTIKS_EXPORTS_URL',
    'AURA_VISION_AUDIENCE',
    'AURA_VISION_CLIENT_ID',
    'AURA_VISION_CLIENT_SECRET',
    'AURA_VISION_ISSUER',
    'AURA_VISION_MAX_DAYS',
    'AURA_VISION_MAX_LOCATIONS',
    'AURA_VISION_PART_NUMBERING',
    'AURA_VISION_URL',
    'DD_API_KEY',
    'DD_SITE',
    'ISOTHERM_ANSWER_TIMEOUT_MS',
    'ISOTHERM_BODY_LIMIT',
    'ISOTHERM_CACHE_BYTES',
    'ISOTHERM_CORS_ORIGINS',
    'ISOTHERM_DRAIN_MS',
    'ISOTHERM_SANDBOX',
    'ISOTHERM_STALE_SECONDS',
    'ISOTHERM_UPSTREAM_MAX_BYTES',
    'ISOTHERM_UPSTREAM_TIMEOUT_MS',
    'PORT',
    'POSTHOG_HOST',
    'POSTHOG_PER_HOUR',
    'POSTHOG_PER_MINUTE',
    'REDIS_URL',
    'ZENOVAY_CONCURRENCY',
    'ZENOVAY_KEEP_SECONDS',
    'ZENOVAY_MAX_CALLS',
    'ZENOVAY_PLAN',
  ])
})

test('the error of a start lists its problems, one a line', () => {
  const error = new StartProblems(['PORT: is wrong', 'HOST: is wrong'])
  expect(error.message).toBe('Isotherm cannot start:\n  - PORT: is wrong\n  - HOST: is wrong')
})

test.each(providerNames)('a provider that is set in part is told what it lacks: %s', name => {
  const variables = Object.entries(required).filter(([variable]) => requiredOf(name).includes(variable))
  for (const [present, value] of variables) {
    const environment = { [present]: value }
    const lacking = variables.flatMap(([variable]) =>
      variable === present ? [] : [`${variable}: is missing`],
    )
    if (lacking.length > 0) expect(problemsOf(environment)).toEqual(lacking)
    else expect(readConfig(environment)).toMatchObject({ sandboxed: [] })
  }
})

test('a provider of which only optional variables are set is not configured', () => {
  const optional = variablesOfProviders().filter(name => !Object.hasOwn(required, name))
  expect(optional.length).toBeGreaterThan(5)
  expect(readConfig(Object.fromEntries(optional.map(name => [name, 'words'])))).toEqual(readConfig({}))
})

test.each(['POSTHOG_PERSONAL_API_KEY', 'ZENOVAY_API_KEY', 'DD_API_KEY', 'DD_APP_KEY'])(
  'a key that no HTTP header may hold is told at the start: %s',
  name => {
    for (const key of ['hush…', 'hu\nsh', 'hu\0sh', 'hush\u{1f511}']) {
      expect(problemsOf({ ...required, [name]: key })).toEqual([
        `${name}: holds a character that no HTTP header may hold`,
      ])
    }
    expect(problemsOf({ ...required, [name]: 'hush hush~\u00e9' })).toEqual([])
  },
)

test.each(['AURA_VISION_CLIENT_SECRET', 'ANALYTIKS_CLIENT_SECRET'])(
  'a secret that goes into no header may be any text: %s',
  name => {
    expect(problemsOf({ ...required, [name]: 'hush…' })).toEqual([])
  },
)

test.each(['wss://ws.auravision.ai#', 'wss://ws.auravision.ai/#hush'])(
  'a socket has no fragment: %s',
  AURA_VISION_URL => {
    expect(problemsOf({ ...required, AURA_VISION_URL })).toEqual([
      'AURA_VISION_URL: must be a URL without a #',
    ])
  },
)

test('whatever the values, a problem is a StartProblems that quotes none of them', () => {
  const names = [...Object.keys(generalVariables.shape), 'NODE_ENV', ...variablesOfProviders()]
  const value = fc.oneof(
    fc.stringMatching(/^hush[ :/@?.#%-]{0,4}hush$/),
    fc.constantFrom('https://hush:hush@hush.example.com:99999', 'hush://hush', 'production', '0', '-1'),
    fc.string({ unit: 'binary' }).map(text => `hush${text}`),
  )
  const environments = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1 })
  fc.assert(
    fc.property(environments, environment => {
      for (const problem of problemsOf(environment)) expect(problem).not.toContain('hush')
    }),
    { numRuns: 1000 },
  )
})

test('whatever the site, it is an API host or a problem', () => {
  const site = fc.oneof(fc.domain(), fc.ipV4(), fc.stringMatching(/^[a-z0-9.-]{1,12}$/), fc.string())
  fc.assert(
    fc.property(site, site => {
      const environment = { DD_API_KEY: 'a', DD_APP_KEY: 'b', DD_SITE: site }
      const problems = problemsOf(environment)
      if (problems.length > 0) expect(problems).toEqual(['DD_SITE: must be a site such as datadoghq.eu'])
      else expect(readConfig(environment).providers.datadog?.url.hostname).toMatch(/^api\./)
    }),
    { numRuns: 1000 },
  )
})

function limitVariables(prefix: string): Environment {
  return { [`${prefix}_CONCURRENCY`]: '3', [`${prefix}_KEEP_SECONDS`]: '0', [`${prefix}_MAX_CALLS`]: '5' }
}

function requiredOf(name: (typeof providerNames)[number]): readonly string[] {
  return providerVariables[name].required
}

test.each([
  ['Images.example.com', ['images.example.com']],
  ['http://127.0.0.1:4711/, images.example.com:8443', ['http://127.0.0.1:4711', 'images.example.com:8443']],
])('image hosts may be written %s', (AURA_VISION_IMAGE_HOSTS, imageHosts) => {
  const config = readConfig({ ...required, AURA_VISION_IMAGE_HOSTS })
  expect(config.providers.auraVision?.imageHosts).toEqual(imageHosts)
})

test.each(['10.0.0.5', '[::1]', '127.0.0.1:4711', 'not a host', 'images.example.com/path', ','])(
  'an image host cannot be %s',
  AURA_VISION_IMAGE_HOSTS => {
    expect(problemsOf({ ...required, AURA_VISION_IMAGE_HOSTS })).toEqual([
      'AURA_VISION_IMAGE_HOSTS: must be a comma-separated list of host names, or of origins such as http://127.0.0.1:4711',
    ])
  },
)
