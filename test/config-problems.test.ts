import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readConfig, StartProblems } from '../src/config/config.ts'
import { generalVariables } from '../src/config/variables.ts'
import { providerNames } from '../src/upstream/error.ts'
import { problemsOf, required, requiredOf, variablesOfProviders } from './support/environments.ts'

test('every problem is told at once, by the name of its variable', () => {
  const problems = problemsOf({
    PORT: '65536',
    ISOTHERM_SANDBOX: 'maybe',
    ISOTHERM_CORS_ORIGINS: 'https://app.example.com/page',
    ISOTHERM_HOSTS: 'http://graph.internal',
    ISOTHERM_UPSTREAM_TIMEOUT_MS: 'soon',
    ISOTHERM_UPSTREAM_MAX_BYTES: '1023',
    ISOTHERM_BODY_LIMIT: '1e99',
    ISOTHERM_MAX_COST: '0',
    ISOTHERM_MAX_RESPONSE_BYTES: '1023',
    ISOTHERM_MAX_CHANGES: '-1',
    ISOTHERM_MAX_DEPTH: '501',
    ISOTHERM_MAX_ALIASES: '-1',
    ISOTHERM_MAX_TOKENS: '0',
    ISOTHERM_MAX_DIRECTIVES: 'few',
    ISOTHERM_DRAIN_MS: '-1',
    ISOTHERM_ANSWER_TIMEOUT_MS: '0',
    ISOTHERM_CACHE_BYTES: '-1',
    ISOTHERM_STALE_SECONDS: 'long',
    ISOTHERM_DOCUMENT_MODE: 'strict',
    ISOTHERM_DOCUMENT_FRESH_SECONDS: '-1',
    ISOTHERM_PUBLIC_URL: 'graph.example.com',
    ISOTHERM_IMAGE_KEYS: 'short',
    ISOTHERM_IMAGE_LINK_SECONDS: '-1',
    ISOTHERM_IMAGE_MAX_BYTES: '0',
    ISOTHERM_IMAGE_MAX_PIXELS: '0',
    ISOTHERM_IMAGE_CACHE_BYTES: 'much',
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
    'ISOTHERM_DOCUMENT_FRESH_SECONDS',
    'ISOTHERM_DOCUMENT_MODE',
    'ISOTHERM_DRAIN_MS',
    'ISOTHERM_HOSTS',
    'ISOTHERM_IMAGE_CACHE_BYTES',
    'ISOTHERM_IMAGE_KEYS',
    'ISOTHERM_IMAGE_LINK_SECONDS',
    'ISOTHERM_IMAGE_MAX_BYTES',
    'ISOTHERM_IMAGE_MAX_PIXELS',
    'ISOTHERM_MAX_ALIASES',
    'ISOTHERM_MAX_CHANGES',
    'ISOTHERM_MAX_COST',
    'ISOTHERM_MAX_DEPTH',
    'ISOTHERM_MAX_DIRECTIVES',
    'ISOTHERM_MAX_RESPONSE_BYTES',
    'ISOTHERM_MAX_TOKENS',
    'ISOTHERM_PUBLIC_URL',
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

test('workers whose metrics would have no port are told at the start', () => {
  const settings = { ISOTHERM_WORKERS: '2', REDIS_URL: 'redis://redis.example.com' }
  const metricsProblems = (port: number, workers = '2') =>
    problemsOf({ ...settings, ISOTHERM_WORKERS: workers, ISOTHERM_METRICS: `127.0.0.1:${port}` })
  expect(metricsProblems(65_535)).toEqual([
    'ISOTHERM_METRICS: each of the workers (ISOTHERM_WORKERS) has a port of its own from this one on, and 65535 is the last that there is',
  ])
  expect(metricsProblems(65_534)).toEqual([])
  expect(metricsProblems(3999)).toEqual([
    'ISOTHERM_METRICS: each of the workers (ISOTHERM_WORKERS) has a port of its own from this one on, and PORT is one of them',
  ])
  expect(metricsProblems(65_535, '1')).toEqual([])
  expect(metricsProblems(0)).toEqual([])
})

test.each([
  ['ISOTHERM_METRICS', '127.0.0.1:65536'],
  ['ISOTHERM_HOSTS', 'graph.internal:65536'],
  ['ISOTHERM_CORS_ORIGINS', 'https://app.example.com:65536'],
  ['ISOTHERM_PUBLIC_URL', 'https://graph.example.com:65536'],
  ['AURA_VISION_IMAGE_HOSTS', 'images.example.com:65536'],
  ['REDIS_URL', 'redis://redis.example.com:65536'],
  ['HTTP_PROXY', 'proxy.example.com:65536'],
  ['ZENOVAY_URL', 'https://zenovay.example.com:65536'],
  ['PORT', '65536'],
])('there is no port 65536: %s', (name, value) => {
  expect(problemsOf({ ...required, [name]: value })).toEqual([expect.stringMatching(`^${name}: `)])
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

test('a word that is none of those of a setting is told with all that are, and spaces around one do no harm', () => {
  const choices = {
    ISOTHERM_DOCUMENT_MODE: ['off', 'log', 'refuse'],
    ISOTHERM_MCP: ['off', 'read', 'write'],
    ANALYTIKS_DWELL_TIME: ['sum', 'mean'],
    AURA_VISION_PART_NUMBERING: ['auto', 'last-index', 'count-from-zero', 'count-from-one'],
    ZENOVAY_AUTH: ['header', 'bearer'],
    ZENOVAY_PLAN: ['pro', 'scale', 'enterprise'],
  }
  const others = { ...required, ISOTHERM_DOCUMENTS: 'documents.json' }
  for (const [name, words] of Object.entries(choices)) {
    expect(problemsOf({ ...others, [name]: 'other' })).toEqual([
      `${name}: must be one of ${words.join(', ')}`,
    ])
    for (const word of words) expect(problemsOf({ ...others, [name]: ` ${word} ` })).toEqual([])
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
