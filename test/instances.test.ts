import { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import type { ProviderName } from '../src/upstream/error.ts'
import { askText } from './support/client.ts'
import { installMilliseconds } from './support/debian-package.ts'
import { type Fleet, serveFleet } from './support/fleet.ts'
import { installRedis } from './support/redis.ts'

beforeAll(installRedis, installMilliseconds)

const day = '{ start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" }'
const store = 'location(by: { id: "oxford-street" })'
const view = 'website(by: { id: "shop" }) { view(path: "/products/1")'

const questions: readonly (readonly [ProviderName, string])[] = [
  ['aura-vision', `{ ${store} { heatmaps(range: ${day}, types: [PATH]) { type } } }`],
  ['posthog', '{ pageHeatmap(projectId: "1", id: "ownerless") { name } }'],
  ['analytiks', `{ ${store} { traffic(range: { utc: ${day} }) { total } } }`],
  ['zenovay', `{ ${view} { totalInteractions } } }`],
  ['datadog', `{ ${view} { snapshots(first: 5) { name } } } }`],
]

test('a cold question that is sent to five instances at once costs the calls of one, at every vendor', async () => {
  await using fleet = await serveFleet(5)
  for (const [name, query] of questions) {
    const { answers, calls } = await askAtOnce(fleet, name, query)
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => []))
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1)
    const costs = answers.flatMap(({ upstream }) => upstream[name] ?? [])
    expect(costs.map(({ planned }) => planned)).toEqual([1, 1, 1, 1, 1])
    expect(calls, name).toBe(1)
    expect(sum(costs.map(({ made }) => made))).toBe(1)
    expect(sum(costs.map(({ shared }) => shared))).toBe(4)
  }
})

/** Holds the vendor's answer until all instances but the first have noticed that they are not the first. */
async function askAtOnce(fleet: Fleet, name: ProviderName, query: string) {
  const redis = new Redis(fleet.redis.url)
  const before = await claimsIn(redis)
  const { journal } = fleet.sandbox[name]
  const hold = Promise.withResolvers<void>()
  journal.clear()
  journal.script({ until: hold.promise })
  const asked = fleet.origins.map(origin => askText(origin, query))
  await expect.poll(() => claimsIn(redis)).toBeGreaterThanOrEqual(before + fleet.origins.length)
  redis.disconnect()
  hold.resolve()
  const answers = await Promise.all(asked)
  const calls = journal.calls.filter(({ route }) => !/token|connect/.test(route)).length
  return { answers, calls }
}

/** How often instances have asked Redis whether another makes a call. */
async function claimsIn(redis: Redis): Promise<number> {
  const [, count = '0'] = /cmdstat_mget:calls=(\d+)/.exec(await redis.info('commandstats')) ?? []
  return Number(count)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0)
}
