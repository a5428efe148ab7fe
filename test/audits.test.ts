import { beforeAll, expect, test } from 'vitest'
import { installMilliseconds, installPackages, runForeign } from './foreign-package.ts'
import { serve } from './serving.ts'

beforeAll(() => installPackages(), installMilliseconds)

test.each([
  ['as it starts by default', {}],
  ['with everything on that can be', { ISOTHERM_CORS_ORIGINS: '*', ISOTHERM_CACHE_BYTES: '1000000' }],
])('all that graphql-http audits of a server is as it should be, %s', async (_how, environment) => {
  await using served = await serve({ environment })
  const results = await runForeign('audits.ts', `${served.origin}/graphql`)
  expect(results).toHaveLength(61)
  expect(results).toEqual(Array.from({ length: 61 }, () => ({ name: expect.any(String), status: 'ok' })))
  expect(served.log).toEqual([])
})
