import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../src/config/config.ts'
import { namespacesOf } from '../src/providers.ts'
import { openRedis, type RedisConnection } from '../src/upstream/cache/redis.ts'
import { silentLog } from '../src/upstream/log.ts'
import { askText } from './support/client.ts'
import { installMilliseconds } from './support/debian-package.ts'
import { daysBefore } from './support/heat-days.ts'
import { installRedis, startRedis } from './support/redis.ts'
import { serve } from './support/serving.ts'

beforeAll(installRedis, installMilliseconds)

const day = '{ start: "2025-08-05T00:00:00Z", end: "2025-08-06T00:00:00Z" }'
const store = 'location(by: { id: "oxford-street" })'
const view = 'website(by: { id: "shop" }) { view(path: "/products/1")'
const both = `traffic(range: { utc: ${day} }) { total } pointsOfInterest(range: { utc: ${day} }) { id }`
const brand = `brand(id: 1234) { traffic(range: { utc: ${day} }, first: 1) { nodes { location { id } } } }`
const { from, to } = daysBefore(1, 7)
const heat = (type: string) =>
  `${type}: heat(type: ${type}, days: { from: "${from}", to: "${to}" }) { total }`
const saved = `pageHeatmap(projectId: "1", id: "ownerless") { name ${heat('CLICK')} ${heat('SCROLL_DEPTH')} }`

test.each([
  {
    key: 'aura-vision',
    query: `{ ${store} { heatmaps(range: ${day}, types: [PATH]) { type } } }`,
    records: 1,
  },
  {
    key: 'posthog',
    query: `{ ${view} { heatmaps { image(width: 375) { state } } } } ${saved} }`,
    // A list, a heatmap, an image that is there, the look at one that is being drawn, points, and depths.
    records: 6,
  },
  { key: 'analytiks', query: `{ ${store} { ${both} } ${brand} }`, records: 2 },
  {
    key: 'zenovay',
    query: `{ ${view} { totalInteractions } } websites(first: 50) { nodes { id } } }`,
    records: 2,
  },
  { key: 'datadog', query: `{ ${view} { snapshots(first: 5) { name } } } }`, records: 1 },
] as const)(
  'an older Isotherm reads nothing that is kept of $key in a newer form: the version of its descriptor is raised with it',
  async ({ key, query, records }) => {
    await using server = await startRedis()
    using redis = openRedis(server.url, silentLog)
    const environment = { REDIS_URL: server.url, ISOTHERM_CACHE_BYTES: '1000000' }
    await using served = await serve({ environment })
    expect((await askText(served.origin, query)).errors).toEqual([])
    await expect.poll(() => keptIn(redis)).toHaveLength(records)
    const [, shape] = namespacesOf(readConfig(served.sandbox.environment()).providers)[key]
    const members = new Set((await keptIn(redis)).flatMap(record => membersOf(record, '')))
    const text = [...[...members].sort(), ''].join('\n')
    await expect(text).toMatchFileSnapshot(`fixtures/kept-shapes/${key}.${shape}.txt`)
  },
)

const entry = z.object({ value: z.unknown() })

/** The records of answers that Redis holds. */
async function keptIn(redis: RedisConnection): Promise<readonly unknown[]> {
  const names = await redis.keys('isotherm:entries:*')
  const texts = await Promise.all(names.map(name => redis.get(name)))
  return texts.map(text => entry.parse(JSON.parse(text ?? '')).value)
}

/** Where something stands in a record and of what kind it is, such as `[].times number`. */
function membersOf(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(item => membersOf(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [`${path} ${value === null ? null : typeof value}`]
  return Object.entries(value).flatMap(([name, member]) => membersOf(member, `${path}.${name}`))
}
