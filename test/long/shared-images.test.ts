import { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import { contentRoute, imageHostRoute, linkOf } from '../images/serving-pictures.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { type Fleet, serveFleet } from '../support/fleet.ts'
import { installRedis } from '../support/redis.ts'

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

async function imagesIn({ redis: { url } }: Fleet): Promise<number> {
  const redis = new Redis(url)
  const keys = await redis.keys('isotherm:images:*')
  redis.disconnect()
  return keys.length
}
