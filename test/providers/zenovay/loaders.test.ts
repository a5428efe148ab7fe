import { expect, test } from 'vitest'
import { sites } from '../../../src/sandbox/world.ts'
import { serveZenovay } from '../../../src/sandbox/zenovay.ts'
import { providerConformance } from '../../conformance.ts'
import { failureOf, wire } from '../../wiring.ts'

const [shop = '', help = ''] = sites.map(site => site.zenovayId)

providerConformance({
  name: 'zenovay',
  serve: () => serveZenovay({ now: () => new Date('2026-02-07T12:00:00Z') }),
  questions: {
    'GET /api/external/v1/heatmaps/:websiteId/pages': {
      ask: ({ zenovay }) => zenovay.pages.load({ websiteId: shop, limit: 5 }),
      other: ({ zenovay }) => zenovay.pages.load({ websiteId: help, limit: 5 }),
      merged: {
        asks: [
          ({ zenovay }) => zenovay.pages.load({ websiteId: shop, limit: 5 }),
          ({ zenovay }) => zenovay.pages.load({ websiteId: help, limit: 5 }),
          ({ zenovay }) => zenovay.pages.load({ websiteId: shop, limit: 20 }),
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

test('the largest limit of a website is asked, and each has as many of its first pages as it wants', async () => {
  await using emulator = await serveZenovay()
  await using account = wire(emulator)
  const { zenovay } = account.request()
  const limits = [3, 50, 1, 20, 3]
  const answers = await Promise.all(limits.map(limit => zenovay.pages.load({ websiteId: shop, limit })))
  expect(answers.map(pages => pages.length)).toEqual(limits)
  for (const [index, limit] of limits.entries()) expect(answers[index]).toEqual(answers[1]?.slice(0, limit))
  expect(emulator.journal.calls.map(call => new URL(call.path, emulator.origin).search)).toEqual([
    '?limit=50',
  ])
})

test('a website that is refused fails alone', async () => {
  await using emulator = await serveZenovay()
  await using account = wire(emulator)
  const { zenovay } = account.request()
  const load = (websiteId: string) => zenovay.pages.load({ websiteId, limit: 5 })
  const refused = failureOf(load('00000000-0000-4000-8000-000000000000'))
  expect(await load(shop)).toHaveLength(5)
  expect(await refused).toMatchObject({ code: 'UPSTREAM_NOT_FOUND' })
})
