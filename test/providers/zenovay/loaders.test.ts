import { expect, test } from 'vitest'
import { sites } from '../../../src/sandbox/world.ts'
import { serveZenovay } from '../../../src/sandbox/zenovay.ts'
import { providerConformance } from '../../support/conformance.ts'
import { failureOf, wire } from '../../support/wiring.ts'

const [shop = '', help = ''] = sites.map(site => site.zenovayId)

providerConformance({
  name: 'zenovay',
  serve: () => serveZenovay({ now: () => new Date('2026-02-07T12:00:00Z') }),
  questions: {
    'GET /api/external/v1/heatmaps/:websiteId/pages': {
      ask: ({ zenovay }) => zenovay.pages.load({ websiteId: shop, origins: [] }),
      other: ({ zenovay }) => zenovay.pages.load({ websiteId: help, origins: [] }),
      merged: {
        asks: [
          ({ zenovay }) => zenovay.pages.load({ websiteId: shop, origins: [] }),
          ({ zenovay }) => zenovay.pages.load({ websiteId: help, origins: [] }),
        ],
        calls: 2,
      },
    },
    'GET /api/external/v1/websites': {
      ask: ({ zenovay }) => zenovay.websites(),
      merged: { asks: [({ zenovay }) => zenovay.websites()], calls: 1 },
    },
  },
})

test('all pages that Zenovay tells of are asked at once, by whichever origins', async () => {
  await using emulator = await serveZenovay()
  await using account = wire(emulator)
  const { zenovay } = account.request()
  const load = (origins: readonly string[]) => zenovay.pages.load({ websiteId: shop, origins })
  const answers = await Promise.all([load([]), load(['https://shop.example.com']), load([])])
  expect(answers.map(({ pages, leftOut }) => [pages.length, leftOut])).toEqual(Array(3).fill([100, 0]))
  expect(emulator.journal.calls.map(call => new URL(call.path, emulator.origin).search)).toEqual([
    '?limit=100',
  ])
})

test('a website that is refused fails alone', async () => {
  await using emulator = await serveZenovay()
  await using account = wire(emulator)
  const { zenovay } = account.request()
  const load = (websiteId: string) => zenovay.pages.load({ websiteId, origins: [] })
  const refused = failureOf(load('00000000-0000-4000-8000-000000000000'))
  expect((await load(shop)).pages).toHaveLength(100)
  expect(await refused).toMatchObject({ code: 'UPSTREAM_NOT_FOUND' })
})
