import { expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

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

test('of a vendor that hangs those who wait are told so as soon as those who were asked, and Isotherm asks no more', async () => {
  await using served = await serve({
    environment: { ISOTHERM_UPSTREAM_TIMEOUT_MS: '1000', DATADOG_CONCURRENCY: '4', ISOTHERM_BREAKER: 'off' },
  })
  const { journal } = served.sandbox.datadog
  journal.script({ hang: true })
  const { errors } = await askText(served.origin, snapshotsOf(60))
  expect(errors).toHaveLength(60)
  for (const { extensions } of errors)
    expect(extensions).toMatchObject({ code: 'UPSTREAM_TIMEOUT', provider: 'datadog', retryable: true })
  // Four, and four more at most that had their turn when those were given up.
  expect(journal.count()).toBeLessThanOrEqual(8)
  journal.clear()
  const { errors: none } = await askText(served.origin, snapshotsOf(60))
  expect(none).toEqual([])
  expect(journal.count()).toBe(60)
})

function snapshotsOf(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `s${index}`)
  return `{ ${names.map(name => `${name}: snapshots(viewName: "${name}", first: 1) { name }`).join(' ')} }`
}
