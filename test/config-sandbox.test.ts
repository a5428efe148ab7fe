import { expect, test } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import { providerNames } from '../src/upstream/error.ts'
import { problemsOf, required } from './support/environments.ts'

test('auto is the sandbox for all where no provider is configured, and for none where one is', () => {
  for (const mode of [undefined, 'auto']) {
    expect(readConfig({ ISOTHERM_SANDBOX: mode }).sandboxed).toEqual(providerNames)
    const one = readConfig({ ISOTHERM_SANDBOX: mode, ZENOVAY_API_KEY: 'zv_key' })
    expect(one).toMatchObject({
      sandboxed: [],
      providers: { zenovay: { apiKey: 'zv_key' }, datadog: undefined },
    })
  }
})

test('on is the sandbox for all, whatever else is set', () => {
  const { sandboxed, providers } = readConfig({ ...required, DD_APP_KEY: '', ISOTHERM_SANDBOX: 'on' })
  expect(sandboxed).toEqual(providerNames)
  expect(Object.values(providers).filter(Boolean)).toEqual([])
})

test('off is the sandbox for none, and nothing to serve without a provider', () => {
  expect(readConfig({ ISOTHERM_SANDBOX: 'off', ZENOVAY_API_KEY: 'zv_key' }).sandboxed).toEqual([])
  expect(problemsOf({ ISOTHERM_SANDBOX: 'off' })).toEqual([
    expect.stringContaining('No provider is configured and the sandbox is off'),
  ])
})

test('a list is the sandbox for those named, each once, beside the others', () => {
  const environment = { ...required, ISOTHERM_SANDBOX: 'zenovay, posthog,zenovay,' }
  const { sandboxed, providers } = readConfig(environment)
  expect(sandboxed.toSorted()).toEqual(['posthog', 'zenovay'])
  expect(providers).toMatchObject({ posthog: undefined, zenovay: undefined, datadog: { apiKey: 'dd-api' } })
  expect(readConfig({ ISOTHERM_SANDBOX: 'datadog' }).sandboxed).toEqual(['datadog'])
})

test.each(['maybe', 'ON', 'posthog,other', 'posthog;zenovay', ','])(
  'a sandbox of "%s" is refused with all that may be said',
  mode => {
    expect(problemsOf({ ISOTHERM_SANDBOX: mode })).toEqual([
      'ISOTHERM_SANDBOX: must be auto, on, off or a comma-separated list of aura-vision, posthog, analytiks, zenovay, datadog',
    ])
  },
)

test.each([
  ['in production', { NODE_ENV: 'production' }, undefined],
  ['for an installed command', {}, { sandboxByDefault: false }],
])('the sandbox is off unless it is asked for %s', (_where, environment, options) => {
  const nothing = [expect.stringContaining('No provider is configured')]
  expect(problemsOf(environment, options)).toEqual(nothing)
  expect(problemsOf({ ...environment, PORT: 'x' }, options)).toEqual([
    expect.stringMatching(/^PORT: /),
    ...nothing,
  ])
  expect(readConfig({ ...environment, ...required }, options).sandboxed).toEqual([])
  for (const ISOTHERM_SANDBOX of ['on', 'auto'])
    expect(readConfig({ ...environment, ISOTHERM_SANDBOX }, options).sandboxed).toEqual(providerNames)
  expect(readConfig({ ...environment, ISOTHERM_SANDBOX: 'posthog' }, options).sandboxed).toEqual(['posthog'])
})

test('a problem elsewhere does not hide what the sandbox stands for', () => {
  expect(problemsOf({ PORT: 'x', ISOTHERM_SANDBOX: 'on', DD_API_KEY: 'dd-api' })).toEqual([
    expect.stringMatching(/^PORT: /),
  ])
})
