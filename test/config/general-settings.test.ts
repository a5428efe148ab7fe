import { expect, test } from 'vitest'
import { collectorOf, generalSettings } from '../../src/config/general-settings.ts'

test('a value that is refused counts as not set, and hides no other', () => {
  const refused = { ISOTHERM_LOG_LEVEL: 'loud', ISOTHERM_WORKERS: '0', PORT: '70000' }
  expect(generalSettings({ ...refused, ISOTHERM_ACCESS: ' access.yaml ' })).toEqual({
    ...generalSettings({}),
    ISOTHERM_ACCESS: 'access.yaml',
  })
})

test('a blank value is none, and names of proxies may be in lower case', () => {
  const { ISOTHERM_WORKERS, HTTPS_PROXY } = generalSettings({
    ISOTHERM_WORKERS: ' ',
    https_proxy: 'proxy.internal:3128',
  })
  expect([ISOTHERM_WORKERS, HTTPS_PROXY?.href]).toEqual([1, 'http://proxy.internal:3128/'])
})

test('traces go to the collector that is named for them, unless they are switched off', () => {
  const both = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4319/traces',
  }
  const collectorIn = (environment: Record<string, string>) => collectorOf(generalSettings(environment))?.href
  expect(collectorIn(both)).toBe('http://127.0.0.1:4319/traces')
  expect(collectorIn({ ...both, OTEL_SDK_DISABLED: 'TRUE' })).toBeUndefined()
  expect(collectorIn({ ...both, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined()
  expect(collectorIn({})).toBeUndefined()
})
