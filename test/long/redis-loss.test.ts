import { beforeAll, expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { installMilliseconds } from '../support/debian-package.ts'
import { installRedis, startRedis } from '../support/redis.ts'
import { type Served, serve } from '../support/serving.ts'

beforeAll(installRedis, installMilliseconds)

const day = 86_400_000
const query = `query ($ids: [ID!]!, $range: TrafficRange!) {
  nodes(ids: $ids) { ... on Location { id traffic(range: $range) { metric total columns { values } } } }
}`
/** Sixty questions of up to four windows, most of which touch those of others. */
const questions = Array.from({ length: 60 }, (_, index) => {
  const locations = [1 + (index % 12), 1 + ((index * 5 + 3) % 12)]
  const start = Date.UTC(2025, 4, 1) + (index % 20) * 2.5 * day
  return asking(locations, start, start + (1 + (index % 4) * 4) * day)
})

test('Redis killed and back under load fails no request and changes no answer, and then is shared by again', async () => {
  await using redis = await startRedis()
  await using alone = await serve()
  const expected = await Promise.all(questions.map(question => askText(alone.origin, query, question)))
  expect(expected.flatMap(({ errors }) => errors)).toEqual([])
  // Less memory than answers, so that Redis is asked all the time.
  await using one = await serve({ environment: { ISOTHERM_CACHE_BYTES: '30000', REDIS_URL: redis.url } })
  await using other = await serve({
    environment: { ...one.sandbox.environment(), ISOTHERM_CACHE_BYTES: '30000', REDIS_URL: redis.url },
  })
  const wave = async (midway: () => Promise<void>) => {
    let answered = 0
    const { promise: half, resolve } = Promise.withResolvers<void>()
    const asked = Array.from({ length: 200 }, async (_, index) => {
      const which = (index * 7) % questions.length
      const { origin } = index % 2 ? one : other
      const { data, errors } = await askText(origin, query, questions[which])
      if (++answered === 50) resolve()
      expect({ data, errors }).toEqual({ data: expected[which]?.data, errors: [] })
    })
    const all = Promise.all(asked)
    await Promise.race([half, all])
    await Promise.all([all, midway()])
  }
  await wave(async () => {})
  for (let round = 0; round < 2; round++) {
    await wave(redis.kill)
    await wave(async () => {})
    await wave(redis.restart)
  }
  await expect.poll(() => sharing(one, other)).toEqual([1, 0])
  await expect.poll(() => sharing(other, one)).toEqual([1, 0])
  for (const { log } of [one, other]) {
    const losses = log.filter(line => line.startsWith('Redis')).map(line => line.includes('cannot'))
    // Each loss and each return is said once, and both of those above were losses.
    expect(losses).toEqual(losses.map((_loss, index) => index % 2 === 0))
    expect(losses.length).toBeGreaterThanOrEqual(4)
    expect(log.at(-1)).toBe('Redis can be used again')
  }
}, 120_000)

test('a Redis that is demoted and promoted fails no request, is said once, and then is shared by again', async () => {
  await using redis = await startRedis()
  await using one = await serve({ environment: { ISOTHERM_CACHE_BYTES: '1000000', REDIS_URL: redis.url } })
  await using other = await serve({
    environment: { ...one.sandbox.environment(), ISOTHERM_CACHE_BYTES: '1000000', REDIS_URL: redis.url },
  })
  await expect.poll(() => sharing(one, other)).toEqual([1, 0])
  await redis.demote()
  expect((await sharing(one, other))[0]).toBe(1)
  const lost = 'Redis cannot be used (it is a replica): going on without it'
  for (const { log } of [one, other]) await expect.poll(() => log).toContain(lost)
  // What was under way while it was lost may have been asked in two parts.
  await expect.poll(() => sharing(one, other)).toEqual([1, 1])
  await redis.promote()
  await expect.poll(() => sharing(one, other)).toEqual([1, 0])
  await expect.poll(() => sharing(other, one)).toEqual([1, 0])
  for (const { log } of [one, other])
    expect(log.filter(line => line.startsWith('Redis'))).toEqual([lost, 'Redis can be used again'])
})

let fresh = 0

/** How many calls a new question costs the first, and then the second. */
async function sharing(first: Served, second: Served): Promise<(number | undefined)[]> {
  const start = Date.UTC(2024, 0, 1) + fresh++ * 5 * day
  const question = asking([1, 2], start, start + day)
  const made: (number | undefined)[] = []
  for (const { origin } of [first, second]) {
    const { upstream, errors } = await askText(origin, query, question)
    expect(errors).toEqual([])
    made.push(upstream.analytiks?.made)
  }
  return made
}

function asking(locations: readonly number[], start: number, end: number) {
  const [from, to] = [start, end].map(time => new Date(time).toISOString())
  const ids = [...new Set(locations)].map(location => `Location:analytiks:${location}`)
  return { ids, range: { utc: { start: from, end: to } } }
}
