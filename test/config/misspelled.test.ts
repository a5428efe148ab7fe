import fc from 'fast-check'
import { expect, test } from 'vitest'
import { misspelledVariables } from '../../src/config/misspelled.ts'
import { generalVariables } from '../../src/config/variables.ts'
import { providers } from '../../src/providers.ts'
import { providerNames } from '../../src/upstream/error.ts'

const known = [
  'NODE_ENV',
  ...Object.keys(generalVariables.shape),
  ...providerNames.flatMap(name => Object.keys(providers[name].variables.shape)),
]
const ours = known.filter(name => name !== 'HOST' && name !== 'PORT')

test.each([
  ['ZENOVAY_APIKEY', 'ZENOVAY_API_KEY'],
  ['ISOTHERM_CATALOGUE', 'ISOTHERM_CATALOG'],
  ['ISOTHERM_CORS_ORIGNIS', 'ISOTHERM_CORS_ORIGINS'],
  ['POSTHOG_PERSONAL_API_KEYS', 'POSTHOG_PERSONAL_API_KEY'],
  ['isotherm_catalog', 'ISOTHERM_CATALOG'],
  ['DD_APIKEY', 'DD_API_KEY'],
  ['REDIS_URI', 'REDIS_URL'],
  ['REIDS_URL', 'REDIS_URL'],
  ['IOSTHERM_ACCESS', 'ISOTHERM_ACCESS'],
  ['SOTHERM_ACCESS', 'ISOTHERM_ACCESS'],
  ['ZNOVAY_API_KEY', 'ZENOVAY_API_KEY'],
  ['OTEL_EXPORTER_OLTP_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ['HTPS_PROXY', 'HTTPS_PROXY'],
  ['NO_PROXI', 'NO_PROXY'],
  ['NOPROXY', 'NO_PROXY'],
  ['DDAPI_KEY', 'DD_API_KEY'],
  ['ARUA_VISION_CLIENT_ID', 'AURA_VISION_CLIENT_ID'],
  ['OTLE_SDK_DISABLED', 'OTEL_SDK_DISABLED'],
  ['NODE_EVN', 'NODE_ENV'],
])('%s is taken for %s', (name, meant) => {
  expect(misspelledVariables({ [name]: 'x' })).toEqual([{ name, meant }])
})

test('no setting is taken for another one', () => {
  expect(misspelledVariables(Object.fromEntries(known.map(name => [name, 'x'])))).toEqual([])
})

test("what an environment holds besides is somebody else's", () => {
  const others = [
    ...[
      'HOME',
      'HOSTNAME',
      'POST',
      'SPORT',
      'PATH',
      'NODE_ENV',
      'NODE_OPTIONS',
      'POSTGRES_HOST',
      'POSTHOG_TOKEN',
    ],
    ...['DD_ENV', 'DD_SERVICE', 'DD_TAGS', 'DD_VERSION', 'DD_TRACE_ENABLED', 'REDIS_HOST', 'REDIS_PORT'],
    ...[
      'http_proxy',
      'https_proxy',
      'no_proxy',
      'ALL_PROXY',
      'FTP_PROXY',
      'ISOTHERM_URL',
      'GH_API_KEY',
      'OTEL_SERVICE_NAME',
      'OTEL_LOGS_EXPORTER',
      'ACME_ZENOVAY_API_KEY',
    ],
  ]
  expect(misspelledVariables(Object.fromEntries(others.map(name => [name, 'x'])))).toEqual([])
})

test('variables of accounts are known by their prefix, and only where there is such an account', () => {
  const environment = {
    ACME_ZENOVAY_API_KYE: 'x',
    ACME_ZENOVAY_API_KEY: 'x',
    acme_dd_api_key: 'x',
    ACME_HOME: 'x',
  }
  expect(misspelledVariables(environment, ['ACME_', 'other_'])).toEqual([
    { name: 'ACME_ZENOVAY_API_KYE', meant: 'ACME_ZENOVAY_API_KEY' },
    { name: 'acme_dd_api_key', meant: 'ACME_DD_API_KEY' },
  ])
  const elsewhere = { US_ZENOVAY_API_KEY: 'x', US_AURA_VISION_CLIENT_ID: 'x' }
  expect(misspelledVariables(elsewhere, ['GB_'])).toEqual([])
  expect(misspelledVariables({ OTHER_DD_API_KEY: 'x' }, ['other_'])).toEqual([
    { name: 'OTHER_DD_API_KEY', meant: 'other_DD_API_KEY' },
  ])
  expect(misspelledVariables(environment, [])).toEqual([])
})

test('a variable that is set to nothing is not told', () => {
  expect(misspelledVariables({ ZENOVAY_APIKEY: ' ' })).toEqual([])
})

test('up to two wrong letters of any setting are found, behind the third where it is short, unless they make another setting', () => {
  const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ_')
  const edit = fc.record({
    kind: fc.constantFrom('change', 'add', 'drop'),
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    letter,
  })
  fc.assert(
    fc.property(fc.constantFrom(...ours), fc.array(edit, { minLength: 1, maxLength: 2 }), (name, edits) => {
      const first = name.indexOf('_') >= 5 || name.length >= 15 ? 0 : 3
      const wrong = edits.reduce((spelled, edit) => spelledWrong(spelled, first, edit), name)
      fc.pre(!known.includes(wrong) && wrong !== 'FTP_PROXY')
      const [found] = misspelledVariables({ [wrong]: 'x' })
      expect(found?.name).toBe(wrong)
    }),
  )
})

function spelledWrong(
  name: string,
  first: number,
  { kind, place, letter }: { readonly kind: string; readonly place: number; readonly letter: string },
): string {
  const at = first + Math.floor(place * (name.length - first))
  const end = kind === 'add' ? at : at + 1
  return name.slice(0, at) + (kind === 'drop' ? '' : letter) + name.slice(end)
}
