import { expect, test } from 'vitest'
import { askText } from '../client.ts'
import { serve } from '../serving.ts'

test('questions that wait for each other have one deadline together', async () => {
  await using served = await serve({ environment: { ISOTHERM_ANSWER_TIMEOUT_MS: '3000' } })
  const { zenovay, datadog } = served.sandbox
  zenovay.journal.script({ delay: 2000 })
  datadog.journal.script({ delay: 2000 })
  const { data, errors } = await askText(
    served.origin,
    '{ website(by: { id: "shop" }) { views(first: 1) { nodes { path snapshots(first: 1) { name } } } } }',
  )
  expect(data).toEqual({ website: { views: { nodes: [{ path: '/', snapshots: null }] } } })
  expect(errors).toMatchObject([
    {
      path: ['website', 'views', 'nodes', 0, 'snapshots'],
      extensions: { code: 'UPSTREAM_TIMEOUT', provider: 'datadog', retryable: true },
    },
  ])
})
