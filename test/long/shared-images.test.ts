import { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import { contentRoute, imageHostRoute, linkOf, pageImage } from '../images/serving-images.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { type Fleet, serveFleet } from '../support/fleet.ts'
import { installRedis } from '../support/redis.ts'
import type { Served } from '../support/serving.ts'

beforeAll(installRedis, installMilliseconds)

test.each([
  ['spatial', 'aura-vision', imageHostRoute],
  ['page', 'posthog', contentRoute],
] as const)(
  'an image of a %s heatmap that one instance has shown is downloaded by no other',
  async (kind, name, route) => {
    await using fleet = await serveFleet(3)
    const { journal } = fleet.sandbox[name]
    const shown: string[] = []
    const calls: number[] = []
    for (const instance of fleet.instances) {
      const response = await fetch(await linkOf(instance, kind))
      expect(response.status).toBe(200)
      shown.push(Buffer.from(await response.arrayBuffer()).toString('base64'))
      calls.push(journal.calls.filter(call => call.route === route).length)
      // It is in Redis a moment after it was shown.
      await expect.poll(() => imagesIn(fleet)).toBe(1)
    }
    expect(new Set(shown).size).toBe(1)
    expect(calls[0]).toBeGreaterThan(0)
    expect(new Set(calls).size).toBe(1)
  },
)

test.each([
  ['as it is', 1024],
  ['in another size', 64],
])('an image %s is read from Redis once, and no more once it is in memory', async (_how, width) => {
  await using fleet = await serveFleet(2)
  const [first, second] = fleet.instances
  if (!first || !second) throw new Error('no fleet')
  const link = async (served: Served) => (await pageImage(served, 'ownerless', width)).link ?? ''
  expect((await fetch(await link(first))).status).toBe(200)
  await expect.poll(() => imagesIn(fleet)).toBe(1)
  const address = await link(second)
  const show = async () => {
    const before = await readsIn(fleet)
    const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(address)))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    await Promise.all(responses.map(response => response.arrayBuffer()))
    return (await readsIn(fleet)) - before
  }
  expect(await show()).toBe(1)
  expect(await show()).toBe(0)
})

async function imagesIn({ redis: { url } }: Fleet): Promise<number> {
  const redis = new Redis(url)
  const keys = await redis.keys('isotherm:images:*')
  redis.disconnect()
  return keys.length
}

/** How often values were read. */
async function readsIn({ redis: { url } }: Fleet): Promise<number> {
  const redis = new Redis(url)
  const found = (await redis.info('commandstats')).matchAll(/cmdstat_h?get:calls=(\d+)/g)
  redis.disconnect()
  return [...found].reduce((sum, [, calls]) => sum + Number(calls), 0)
}
