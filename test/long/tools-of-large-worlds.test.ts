import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { sites } from '../../src/sandbox/world.ts'
import { answerIn, connected } from '../mcp/connected.ts'
import { toolCalls } from '../mcp/tool-calls.ts'
import { type CallersServed, serveCallers } from '../support/serving-callers.ts'

const count = 3000
const [shop] = sites
/** Each takes several bytes as JSON in JSON. */
const longName = '"Ünïcøde" \\ 店 🏬 '.repeat(12)

const catalog = stringify({
  locations: Array.from({ length: count }, (_, index) => ({
    id: `store-${index}`,
    name: `${longName}${index}`,
    timeZone: 'Europe/London',
    analytiks: { locationId: 1001 + index },
  })),
  websites: [
    {
      id: 'shop',
      name: longName,
      origin: 'https://shop.example.com',
      zenovay: { websiteId: shop?.zenovayId },
      posthog: { projectId: '1', timeZone: 'UTC' },
      datadog: { applicationId: shop?.datadogApplicationId },
    },
    ...Array.from({ length: 100 }, (_, index) => ({ id: `site-${index}`, name: longName })),
  ],
})

let served: CallersServed
beforeAll(async () => {
  served = await serveCallers({
    catalog,
    sandbox: { analytiks: { extraStores: count } },
    environment: { ISOTHERM_CACHE_BYTES: '100000000' },
  })
  const pages = Array.from({ length: 100 }, (_, index) => ({
    url: `/${'products-größe/'.repeat(60)}${index}`,
    total_interactions: 10_000 - index,
    last_updated: '2026-11-29T00:00:00.000Z',
  }))
  served.sandbox.zenovay.journal.script({
    route: 'GET /api/external/v1/heatmaps/:websiteId/pages',
    answer: { body: { success: true, data: { pages } } },
  })
})
afterAll(() => served[Symbol.asyncDispose]())

const sizes = [1, 30, count, 2 ** 31 - 1]

/** What each tool is asked for so many rows; those without rows are asked for all that they can be long by. */
function argumentsOf(name: string, size: number): Readonly<Record<string, unknown>> {
  const { store, stores, ...given } = toolCalls[name] ?? {}
  const ids = Array.from({ length: Math.min(size, count) }, (_, index) => `Location:store-${index}`)
  return {
    ...given,
    ...(store !== undefined && { store: 'store-0' }),
    ...(stores !== undefined && { stores: ids }),
    ...(/^list_|^top_|^snapshots_|^visits_of_stores|^heatmaps_/.test(name) && { first: size }),
    ...(name === 'visits_of_store' && { range: { last: size === 1 ? 'P1D' : 'P3M' }, interval: 'HOURLY' }),
    ...(name === 'heat_of_page' && { spots: Math.min(size, 100) }),
  }
}

test.each(Object.keys(toolCalls))(
  '%s has under 8 kB however much there is, all of it or a sentence',
  async name => {
    await using client = await connected(served.origin)
    const outcomes = new Set<boolean>()
    for (const size of sizes) {
      const { text, isError, bytes } = await client.call(name, argumentsOf(name, size))
      expect(bytes, `${size}`).toBeLessThan(8000)
      outcomes.add(isError)
      if (isError) expect(text).toMatch(/Ask for less|"message":"[^"]{10}/)
      else for (const length of lengthsIn(answerIn(text).data)) expect(length).toBe(size)
    }
    expect(outcomes).toContain(false)
  },
)

/** How many rows the lists have whose length was asked. */
function lengthsIn(data: unknown): readonly number[] {
  const { locations, websites, website } = Lists.parse(data)
  return [locations, websites, website?.views].flatMap(list => (list ? [list.nodes.length] : []))
}

const list = z.object({ nodes: z.array(z.unknown()) }).optional()
const Lists = z.object({
  locations: list,
  websites: list,
  website: z.object({ views: list }).optional(),
})
