import { expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/emulator.ts'
import {
  FailureBrandDocument,
  FailureEverythingDocument,
  FailureFiltersDocument,
  FailureLocationsDocument,
  FailureSavedHeatmapsDocument,
} from '../generated/graphql.ts'
import { ask } from '../support/client.ts'
import { fieldsOf } from '../support/outages.ts'
import { serve } from '../support/serving.ts'
import { onlyOnce } from '../support/wiring.ts'

const range = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }

test('a location that Analytiks refuses is an error on that location alone, at the cost of one call', async () => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, FailureLocationsDocument, { range })
  expect(errors).toEqual([
    expect.objectContaining({
      path: ['refused', 'traffic'],
      extensions: { code: 'UPSTREAM_FORBIDDEN', provider: 'analytiks', retryable: false },
    }),
  ])
  expect(data.refused).toEqual({ id: 'Location:analytiks:99', traffic: null })
  expect(data.first?.traffic).toEqual([{ metric: 'VISITS', total: expect.any(Number) }])
  expect(data.last?.traffic).toEqual([{ metric: 'VISITS', total: expect.any(Number) }])
  expect(served.sandbox.analytiks.journal.count('POST /json/v2')).toBe(1)
})

test('all or nothing, a refused location is an error on all that are asked with it', async () => {
  await using served = await serve()
  const { data, errors } = await ask(served.origin, FailureLocationsDocument, { range, onRefusal: 'FAIL' })
  expect(errors.map(({ path }) => path?.join('.')).sort()).toEqual([
    'first.traffic',
    'last.traffic',
    'refused.traffic',
  ])
  for (const { extensions } of errors) expect(extensions).toMatchObject({ code: 'UPSTREAM_FORBIDDEN' })
  expect(Object.values(data)).toEqual([
    { id: 'Location:oxford-street', traffic: null },
    { id: 'Location:analytiks:99', traffic: null },
    { id: 'Location:rue-de-rivoli', traffic: null },
  ])
})

test('a refusal of all does not spoil the next question', async () => {
  await using served = await serve()
  await ask(served.origin, FailureLocationsDocument, { range, onRefusal: 'FAIL' })
  const { errors } = await ask(served.origin, FailureLocationsDocument, { range })
  expect(errors.map(({ path }) => path)).toEqual([['refused', 'traffic']])
})

const faultyFrames = {
  'a frame that is rubbish': ['{id}|0|0|<html>'],
  'words that name no request': ['{"message":"Internal server error"}'],
}

test.each(Object.entries(faultyFrames))(
  'of several Aura Vision filters, one that meets %s fails alone',
  async (_name, frames) => {
    await using served = await serve({ environment: onlyOnce })
    const healthy = await ask(served.origin, FailureFiltersDocument, { range })
    expect(healthy.errors).toEqual([])
    for (const rows of Object.values(healthy.data.location ?? {})) expect(rows).not.toEqual([])
    const { journal } = served.sandbox['aura-vision']
    journal.clear()
    journal.script({ route: 'detail/list', times: 1 })
    journal.script({ route: 'detail/list', times: 1, frames })

    const { data, errors } = await ask(served.origin, FailureFiltersDocument, { range })

    expect(errors).toEqual([
      expect.objectContaining({
        path: ['location', 'staff'],
        extensions: expect.objectContaining({ provider: 'aura-vision' }),
      }),
    ])
    expect(data).toEqual({ location: { ...healthy.data.location, staff: null } })
    expect(journal.count('detail/list')).toBe(3)
  },
)

const secondPage: readonly Fault[] = [{ times: 1 }, { times: 1, answer: { status: 500 } }]

test('a brand walk that fails on its second page is an error, and never a short list', async () => {
  await using served = await serve({ environment: onlyOnce })
  const { journal } = served.sandbox.analytiks
  for (const fault of secondPage) journal.script({ ...fault, route: 'POST /json/v3' })
  const { data, errors } = await ask(served.origin, FailureBrandDocument, { range, first: 6 })
  expect(data).toEqual({ brand: { traffic: null } })
  expect(errors).toEqual([
    expect.objectContaining({
      path: ['brand', 'traffic'],
      extensions: expect.objectContaining({ code: 'UPSTREAM_UNAVAILABLE', provider: 'analytiks' }),
    }),
  ])
  expect(journal.count('POST /json/v3')).toBe(2)
})

test('a brand walk whose second page nobody needs is not touched by its failure', async () => {
  await using served = await serve()
  const { journal } = served.sandbox.analytiks
  for (const fault of secondPage) journal.script({ ...fault, route: 'POST /json/v3' })
  const { data, errors } = await ask(served.origin, FailureBrandDocument, { range, first: 4 })
  expect(errors).toEqual([])
  expect(data.brand?.traffic?.nodes).toHaveLength(4)
  expect(data.brand?.traffic?.pageInfo.hasNextPage).toBe(true)
})

test('a brand walk that gets the same cursor twice is an error', async () => {
  await using served = await serve()
  const page = { cursor: 'the-same', data: [] }
  served.sandbox.analytiks.journal.script({ route: 'POST /json/v3', answer: { body: page } })
  const { data, errors } = await ask(served.origin, FailureBrandDocument, { range, first: 6 })
  expect(data).toEqual({ brand: { traffic: null } })
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID_RESPONSE'])
})

/** Page 1 of a project with one heatmap more than a page holds. */
const fullPage = {
  count: 501,
  results: Array.from({ length: 500 }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name: `Heatmap ${index}`,
    url: 'https://shop.example.com/near',
  })),
}
const lastRow = {
  id: '00000000-0000-4000-8000-000000000500',
  name: 'Far',
  url: 'https://shop.example.com/far',
}

test('a list of saved heatmaps is read on over its pages', async () => {
  await using served = await serve()
  const { journal } = served.sandbox.posthog
  journal.script({ times: 1, answer: { body: fullPage } })
  journal.script({ times: 1, answer: { body: { count: 501, results: [lastRow] } } })
  const { data, errors } = await ask(served.origin, FailureSavedHeatmapsDocument, {})
  expect(errors).toEqual([])
  expect(data.website?.view.heatmaps).toEqual([{ name: 'Far' }])
})

const brokenPages: Readonly<Record<string, Fault>> = {
  fails: { answer: { status: 500 } },
  'comes back empty': { answer: { body: { count: 501, results: [] } } },
  'repeats a row': { answer: { body: { count: 501, results: [fullPage.results[3]] } } },
}

test.each(Object.entries(brokenPages))(
  'a list of saved heatmaps whose second page %s is an error where that page is needed, and never a short list',
  async (_name, fault) => {
    await using served = await serve({ environment: onlyOnce })
    const { journal } = served.sandbox.posthog
    // A list that does not go together is read once anew.
    for (const _reading of [1, 2]) {
      journal.script({ times: 1, answer: { body: fullPage } })
      journal.script({ ...fault, times: 1 })
    }
    const { data, errors } = await ask(served.origin, FailureSavedHeatmapsDocument, {})
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['website', 'view', 'heatmaps'],
        extensions: expect.objectContaining({ provider: 'posthog', retryable: true }),
      }),
    ])
    expect(data.website?.view).toEqual({ heatmaps: null })
    expect(data.website?.some?.nodes).toHaveLength(3)
  },
)

test("Zenovay's used-up month is an error that says when the next one begins", async () => {
  await using served = await serve()
  const tenDays = 10 * 86_400
  const reset = new Date(Date.now() + tenDays * 1000).toISOString()
  const error = { message: 'Monthly request limit reached', code: 'MONTHLY_LIMIT_EXCEEDED' }
  served.sandbox.zenovay.journal.script({
    answer: { status: 429, headers: { 'x-usage-reset': reset }, body: { success: false, error } },
  })
  const { data, errors } = await ask(served.origin, FailureEverythingDocument, { range })
  expect(errors.map(({ path }) => path?.join('.')).sort()).toEqual(fieldsOf.zenovay.toSorted())
  expect(data.website?.view.snapshots).toHaveLength(2)
  for (const { extensions } of errors) {
    expect(extensions).toMatchObject({
      code: 'UPSTREAM_QUOTA_EXHAUSTED',
      provider: 'zenovay',
      retryable: false,
      upstreamStatus: 429,
    })
    const { retryAfterSeconds } = extensions
    expect(retryAfterSeconds).toSatisfy(seconds => seconds > tenDays - 3600 && seconds <= tenDays)
  }
})
