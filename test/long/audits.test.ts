import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { installMilliseconds, installPackages, runForeign } from '../support/foreign-package.ts'
import { serve } from '../support/serving.ts'

beforeAll(() => installPackages(), installMilliseconds)

const everything = {
  ISOTHERM_CORS_ORIGINS: '*',
  ISOTHERM_CACHE_BYTES: '1000000',
  ISOTHERM_DOCUMENTS: join(import.meta.dirname, '../generated/persisted-documents.json'),
  ISOTHERM_DOCUMENT_MODE: 'log',
}

test.each([
  ['as it starts by default', {}],
  ['with everything on that can be', everything],
])('all that graphql-http audits of a server is as it should be, %s', async (_how, environment) => {
  await using served = await serve({ environment })
  const results = await runForeign('audits.ts', `${served.origin}/graphql`)
  expect(results).toHaveLength(61)
  expect(results).toEqual(Array.from({ length: 61 }, () => ({ name: expect.any(String), status: 'ok' })))
  expect(served.log.filter(line => !line.startsWith('not in the manifest: '))).toEqual([])
})
