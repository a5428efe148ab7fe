import { expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/environment.ts'
import { generalVariables } from '../../src/config/variables.ts'
import { problemsOf, required, variablesOfProviders } from '../support/environments.ts'

const bounds = { deadlineMilliseconds: 10_000, maximumBytes: 67_108_864 }
const imageBounds = { ...bounds, maximumImageBytes: 33_554_432 }
const limits = { concurrency: 8, ttlSeconds: 60, maximumCalls: 1000 }

test('without any variable the defaults hold, and every upstream is the sandbox', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 4000,
    documents: { mode: 'off', freshSeconds: 30 },
    mcp: 'read',
    hasPage: true,
    mcpKey: undefined,
    corsOrigins: [],
    hosts: [],
    requestBytes: 1_048_576,
    operationLimits: {
      cost: 400_000,
      responseBytes: 301_989_888,
      changes: 50,
      depth: 50,
      aliases: 2000,
      tokens: 30_000,
      directives: 200,
    },
    anonymousLimits: { requestsPerMinute: 12_000, requestsPerMinuteOfAddress: 1200 },
    costMode: 'measure',
    deadlineMilliseconds: 300_000,
    resilience: { hasBreaker: true, retryPercent: 20 },
    telemetry: { collector: undefined },
    shutdownDelayMilliseconds: 0,
    drainMilliseconds: 10_000,
    exportFiles: { folder: undefined, maximumBytes: 4 * 1024 ** 3 },
    cacheBytes: 268_435_456,
    staleSeconds: 3600,
    redisUrl: undefined,
    images: {
      publicUrl: undefined,
      keys: [],
      lifeSeconds: 604_800,
      cacheBytes: 134_217_728,
      maximumPixels: 100_000_000,
    },
    sandboxed: ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'],
    providers: {
      'aura-vision': undefined,
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
    'aura-vision': {
      ...imageBounds,
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
      ...imageBounds,
      personalApiKey: 'phx_key',
      host: new URL('https://us.posthog.com'),
      perMinute: 240,
      perHour: 1200,
      heatmapDays: 90,
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
      limits: { concurrency: 8, ttlSeconds: 2_592_000, maximumCalls: 10_000 },
    },
    zenovay: {
      ...bounds,
      apiKey: 'zv_key',
      auth: 'header',
      url: new URL('https://api.zenovay.com/api/external/v1'),
      plan: 'pro',
      limits: { ...limits, ttlSeconds: 600 },
    },
    datadog: {
      ...bounds,
      apiKey: 'dd-api',
      applicationKey: 'dd-app',
      url: new URL('https://api.datadoghq.com'),
      limits: { ...limits, ttlSeconds: 30 },
    },
  })
})

test('every variable changes what it stands for', () => {
  const config = readConfig({
    ...required,
    HOST: '0.0.0.0',
    PORT: '0',
    ISOTHERM_CATALOG: 'shops.yaml',
    ISOTHERM_DOCUMENTS: 'documents.json',
    ISOTHERM_HOSTS: 'graph.internal, 10.0.0.7:4000,[fd00::1]',
    ISOTHERM_DOCUMENT_MODE: 'refuse',
    ISOTHERM_DOCUMENT_FRESH_SECONDS: '0',
    ISOTHERM_MCP: 'write',
    ISOTHERM_PAGE: 'off',
    ISOTHERM_MCP_KEY: 'key-of-the-model',
    ISOTHERM_MCP_ACCOUNT: 'acme',
    ISOTHERM_CORS_ORIGINS: 'https://app.example.com, https://other.example.com',
    ISOTHERM_UPSTREAM_TIMEOUT_MS: '2500',
    ISOTHERM_UPSTREAM_MAX_BYTES: '2048',
    ISOTHERM_BODY_LIMIT: '4096',
    ISOTHERM_ANONYMOUS_REQUESTS: '700',
    ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS: '0',
    ISOTHERM_ANONYMOUS_COST: '9000',
    ISOTHERM_ANONYMOUS_CALLS: 'zenovay:200, datadog : 5',
    ISOTHERM_COST_MODE: 'enforce',
    ISOTHERM_MAX_COST: '15',
    ISOTHERM_MAX_RESPONSE_BYTES: '1024',
    ISOTHERM_MAX_CHANGES: '0',
    ISOTHERM_MAX_DEPTH: '11',
    ISOTHERM_MAX_ALIASES: '0',
    ISOTHERM_MAX_TOKENS: '13',
    ISOTHERM_MAX_DIRECTIVES: '14',
    ISOTHERM_BREAKER: 'off',
    ISOTHERM_RETRY_BUDGET: '0',
    ISOTHERM_SHUTDOWN_DELAY_MS: '7000',
    HTTPS_PROXY: 'https://proxy.example.com:8443',
    HTTP_PROXY: 'proxy.example.com:3128',
    NO_PROXY: 'internal.example.com, 10.0.0.0/8',
    ISOTHERM_DRAIN_MS: '0',
    ISOTHERM_EXPORT_DIR: '/srv/exports',
    ISOTHERM_EXPORT_BYTES: '1048576',
    ISOTHERM_ANSWER_TIMEOUT_MS: '4500',
    ISOTHERM_CACHE_BYTES: '0',
    ISOTHERM_STALE_SECONDS: '0',
    ISOTHERM_PUBLIC_URL: 'https://graph.example.com/isotherm',
    ISOTHERM_IMAGE_KEYS: `${'a'.repeat(32)}, ${'b'.repeat(40)}`,
    ISOTHERM_IMAGE_LINK_SECONDS: '0',
    ISOTHERM_IMAGE_MAX_BYTES: '8192',
    ISOTHERM_IMAGE_MAX_PIXELS: '1000',
    ISOTHERM_IMAGE_CACHE_BYTES: '0',
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
    POSTHOG_HEATMAP_DAYS: '400',
    ...limitVariables('POSTHOG'),
    ANALYTIKS_TOKEN_URL: 'http://127.0.0.1:4/token',
    ANALYTIKS_EXPORTS_URL: 'http://127.0.0.1:5',
    ANALYTIKS_AUDIENCE: 'other',
    ANALYTIKS_DWELL_TIME: 'mean',
    ...limitVariables('ANALYTIKS'),
    ZENOVAY_URL: 'http://127.0.0.1:6/v1',
    ZENOVAY_PLAN: 'enterprise',
    ZENOVAY_AUTH: 'bearer',
    ...limitVariables('ZENOVAY'),
    DATADOG_URL: 'http://127.0.0.1:7',
    DD_SITE: 'datadoghq.eu',
    ...limitVariables('DATADOG'),
  })
  const changed = {
    deadlineMilliseconds: 2500,
    maximumBytes: 2048,
    limits: { concurrency: 3, ttlSeconds: 0, maximumCalls: 5 },
    proxies: {
      secure: new URL('https://proxy.example.com:8443'),
      plain: new URL('http://proxy.example.com:3128'),
      except: ['internal.example.com', '10.0.0.0/8'],
    },
  }
  expect(config).toEqual({
    host: '0.0.0.0',
    port: 0,
    documents: { mode: 'refuse', freshSeconds: 0 },
    mcp: 'write',
    hasPage: false,
    mcpKey: 'key-of-the-model',
    mcpAccount: 'acme',
    corsOrigins: ['https://app.example.com', 'https://other.example.com'],
    hosts: ['graph.internal', '10.0.0.7:4000', '[fd00::1]'],
    requestBytes: 4096,
    anonymousLimits: {
      requestsPerMinute: 700,
      costPerMinute: 9000,
      upstreamCallsPerHour: { zenovay: 200, datadog: 5 },
    },
    costMode: 'enforce',
    operationLimits: {
      cost: 15,
      responseBytes: 1024,
      changes: 0,
      depth: 11,
      aliases: 0,
      tokens: 13,
      directives: 14,
    },
    deadlineMilliseconds: 4500,
    resilience: { hasBreaker: false, retryPercent: 0 },
    telemetry: { collector: undefined },
    shutdownDelayMilliseconds: 7000,
    drainMilliseconds: 0,
    exportFiles: { folder: '/srv/exports', maximumBytes: 1_048_576 },
    cacheBytes: 0,
    staleSeconds: 0,
    redisUrl: new URL('rediss://:password@redis.example.com:6380/2'),
    proxies: changed.proxies,
    images: {
      publicUrl: new URL('https://graph.example.com/isotherm'),
      keys: ['a'.repeat(32), 'b'.repeat(40)],
      lifeSeconds: 0,
      cacheBytes: 0,
      maximumPixels: 1000,
    },
    sandboxed: [],
    providers: {
      'aura-vision': {
        ...changed,
        maximumImageBytes: 8192,
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
        maximumImageBytes: 8192,
        personalApiKey: 'phx_key',
        host: new URL('http://127.0.0.1:3'),
        perMinute: 9,
        perHour: 10,
        heatmapDays: 400,
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
        auth: 'bearer',
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

test.each([
  ['Images.example.com', ['images.example.com']],
  ['http://127.0.0.1:4711/, images.example.com:8443', ['http://127.0.0.1:4711', 'images.example.com:8443']],
])('image hosts may be written %s', (AURA_VISION_IMAGE_HOSTS, imageHosts) => {
  const config = readConfig({ ...required, AURA_VISION_IMAGE_HOSTS })
  expect(config.providers['aura-vision']?.imageHosts).toEqual(imageHosts)
})

test.each(['10.0.0.5', '[::1]', '127.0.0.1:4711', 'not a host', 'images.example.com/path', ','])(
  'an image host cannot be %s',
  AURA_VISION_IMAGE_HOSTS => {
    expect(problemsOf({ ...required, AURA_VISION_IMAGE_HOSTS })).toEqual([
      'AURA_VISION_IMAGE_HOSTS: must be a comma-separated list of host names, or of origins such as http://127.0.0.1:4711',
    ])
  },
)

function limitVariables(prefix: string): Environment {
  return { [`${prefix}_CONCURRENCY`]: '3', [`${prefix}_KEEP_SECONDS`]: '0', [`${prefix}_MAX_CALLS`]: '5' }
}

test.each(['us%er:x', 'user:50%', ':%zz', 'user:%ff'])(
  'a proxy whose credentials are %j cannot be used, and the start says so without them',
  credentials => {
    expect(problemsOf({ ...required, HTTPS_PROXY: `http://${credentials}@proxy.example.com` })).toEqual([
      'HTTPS_PROXY: has a % in its credentials that must be %25',
    ])
  },
)

test('the variables of proxies work in lower case too, which then wins', () => {
  const { providers } = readConfig({
    ...required,
    https_proxy: 'http://lower.example.com',
    HTTPS_PROXY: 'http://upper.example.com',
    no_proxy: '*',
  })
  expect(providers.zenovay?.proxies).toEqual({
    secure: new URL('http://lower.example.com'),
    except: ['*'],
  })
})

test.each([
  'zenovay',
  'zenovay:0',
  'zenovay:x',
  'toy:1',
  'zenovay:1,zenovay:2',
  'zenovay:1:2',
  '__proto__:1',
])(
  'calls of strangers that name no provider once with a number are refused: %s',
  ISOTHERM_ANONYMOUS_CALLS => {
    expect(problemsOf({ ...required, ISOTHERM_ANONYMOUS_CALLS })).toEqual([
      expect.stringMatching(/^ISOTHERM_ANONYMOUS_CALLS: must be a comma-separated list such as zenovay:200/),
    ])
  },
)
