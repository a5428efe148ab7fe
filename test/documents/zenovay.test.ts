import { expect, test } from 'vitest'
import { DocumentPagesDocument } from '../generated/graphql.ts'
import { ask } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { readExample } from '../support/vendor-page.ts'

const zenovayId = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
const headers = { 'content-type': 'application/json', 'x-request-id': 'page-1' }

test("every value of the page's answer comes out of the graph", async () => {
  await using served = await serve()
  const body = await readExample('zenovay', 'heatmap-pages.json')
  served.sandbox.zenovay.journal.script({ answer: { status: 200, headers, body } })
  const { data, errors } = await ask(served.origin, DocumentPagesDocument, { zenovayId, first: 20 })
  expect(errors).toEqual([])
  const pages = data.website?.views?.nodes.map(({ path, totalInteractions, lastInteractionAt }) => ({
    url: path,
    total_interactions: totalInteractions,
    last_updated: lastInteractionAt,
  }))
  // Around the pages the page shows nothing but that and when it was answered.
  const envelope = { success: true, timestamp: '2026-02-07T12:00:00.000Z' }
  expect({ ...envelope, data: { pages } }).toStrictEqual(JSON.parse(body))
})

test("the page's request is sent as it is on the page, for all pages that can be had", async () => {
  await using served = await serve({ environment: { ZENOVAY_API_KEY: 'YOUR_API_KEY' } })
  await ask(served.origin, DocumentPagesDocument, { zenovayId, first: 9 })
  expect(served.sandbox.zenovay.journal.calls).toMatchObject([
    {
      path: '/api/external/v1/heatmaps/a1b2c3d4-e5f6-7890-abcd-ef1234567890/pages?limit=100',
      headers: { 'x-api-key': 'YOUR_API_KEY' },
      body: undefined,
    },
  ])
})

test("the page's error is told by its status and by whom, not in its words", async () => {
  await using served = await serve()
  const body = await readExample('zenovay', 'error-500.json')
  served.sandbox.zenovay.journal.script({ answer: { status: 500, headers, body } })
  const { data, errors, text } = await ask(served.origin, DocumentPagesDocument, { zenovayId, first: 20 })
  expect(data).toEqual({ website: { views: null } })
  expect(errors).toMatchObject([{ path: ['website', 'views'] }])
  expect(errors[0]?.extensions).toEqual({
    code: 'UPSTREAM_UNAVAILABLE',
    provider: 'zenovay',
    retryable: true,
    upstreamStatus: 500,
    upstreamRequestId: 'page-1',
  })
  for (const word of Object.values(JSON.parse(body).error)) expect(text).not.toContain(word)
})
