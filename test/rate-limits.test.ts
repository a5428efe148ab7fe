import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Environment } from '../src/config/environment.ts'
import { serveAnalytiks } from '../src/sandbox/analytiks.ts'
import { serveAuraVision } from '../src/sandbox/aura-vision.ts'
import { serveDatadog } from '../src/sandbox/datadog.ts'
import type { Emulator } from '../src/sandbox/emulator.ts'
import { servePosthog } from '../src/sandbox/posthog.ts'
import { madeUpHeatmaps } from '../src/sandbox/posthog-heatmaps.ts'
import { sites } from '../src/sandbox/world.ts'
import { serveZenovay } from '../src/sandbox/zenovay.ts'
import type { CallContext } from '../src/upstream/call-context.ts'
import { askText } from './support/client.ts'
import { installMilliseconds } from './support/debian-package.ts'
import { installRedis, startRedis } from './support/redis.ts'
import { type Served, serve } from './support/serving.ts'
import { arrival, type Wiring, wire } from './support/wiring.ts'

beforeAll(installRedis, installMilliseconds)
afterEach(() => {
  vi.useRealTimers()
})

const image = async () => new Uint8Array([0xff, 0xd8])
const heatmap = madeUpHeatmaps(new Date()).find(({ heatmap }) => heatmap.short_id === 'ownerless')?.heatmap.id

/** A query that costs one PostHog call per width. */
function images(widths: readonly number[]): string {
  const fields = widths.map(
    width => `w${width}: pageHeatmap(projectId: "1", id: "${heatmap}") { image(width: ${width}) { state } }`,
  )
  return `{ ${fields.join('\n')} }`
}

function snapshots(names: readonly string[]): string {
  return `{ ${names.map((name, index) => `s${index}: snapshots(viewName: "${name}", first: 1) { name }`).join('\n')} }`
}

function pages(site = sites[0]): string {
  return `{ website(by: { zenovayId: "${site?.zenovayId}" }) { views(first: 1) { nodes { totalInteractions } } } }`
}

/** The codes of a response's errors; all are our own, not upstream's. */
async function refusals({ origin }: Served, query: string) {
  const { errors } = await askText(origin, query)
  for (const { extensions } of errors) expect(extensions).not.toHaveProperty('upstreamStatus')
  return errors.map(({ extensions }) => extensions)
}

const limited = { code: 'UPSTREAM_RATE_LIMITED', retryable: true }
const exhausted = { code: 'UPSTREAM_QUOTA_EXHAUSTED', retryable: false }

test('PostHog gets as many calls as its minute allows: the errors of the others say how long to wait', async () => {
  await using posthog = await servePosthog({ perMinute: 4, image })
  await using served = await serve({ environment: { ...posthog.environment, POSTHOG_PER_MINUTE: '4' } })
  const refused = await refusals(served, images([1, 2, 3, 4, 5, 6]))
  expect(refused).toMatchObject([limited, limited])
  for (const { retryAfterSeconds } of refused)
    expect(retryAfterSeconds).toSatisfy(seconds => seconds > 50 && seconds <= 61)
  expect(await refusals(served, images([7]))).toMatchObject([limited])
  expect(posthog.journal.count()).toBe(4)
})

test('PostHog gets as many calls as its hour allows, whatever the minute has left', async () => {
  await using posthog = await servePosthog({ perHour: 3, image })
  await using served = await serve({ environment: { ...posthog.environment, POSTHOG_PER_HOUR: '3' } })
  expect(await refusals(served, images([1, 2]))).toEqual([])
  const [refused] = await refusals(served, images([3, 4]))
  expect(refused?.retryAfterSeconds).toSatisfy(seconds => seconds > 3500 && seconds <= 3601)
  expect(posthog.journal.count()).toBe(3)
})

test("Zenovay's headers override the plan: its minute is learned from the first response", async () => {
  await using zenovay = await serveZenovay({ perMinute: 2 })
  await using served = await serve({ environment: zenovay.environment })
  for (const expected of [[], [], [limited], [limited]])
    expect(await refusals(served, pages())).toMatchObject(expected)
  expect(zenovay.journal.count()).toBe(2)
})

test("Zenovay's plan holds if there is no header", async () => {
  await using zenovay = await serveZenovay({ perMinute: 60 })
  zenovay.journal.script({ answer: { body: { data: { pages: [] } } } })
  await using served = await serve({ environment: zenovay.environment })
  for (let count = 0; count < 30; count++) expect(await refusals(served, pages())).toEqual([])
  expect(await refusals(served, pages())).toMatchObject([limited])
  expect(zenovay.journal.count()).toBe(30)
})

test('a used-up month is an error until its reset, and Zenovay gets no further call', async () => {
  vi.setSystemTime('2026-02-02T12:00:00Z')
  await using zenovay = await serveZenovay({ perMonth: 2 })
  await using served = await serve({ environment: zenovay.environment })
  const reset = (Date.parse('2026-03-01T00:00:00Z') - Date.parse('2026-02-02T12:00:00Z')) / 1000
  for (const expected of [[], [], [exhausted], [exhausted]]) {
    const refused = await refusals(served, pages())
    expect(refused).toMatchObject(expected)
    for (const { retryAfterSeconds } of refused)
      expect(retryAfterSeconds).toSatisfy(seconds => Math.abs(seconds - reset) < 30)
  }
  expect(zenovay.journal.count()).toBe(2)
})

test('a month that Zenovay reports as used up without a header gets no further call', async () => {
  vi.setSystemTime('2026-02-02T12:00:00Z')
  await using zenovay = await serveZenovay()
  const body = { success: false, error: { message: 'Limit reached', code: 'MONTHLY_LIMIT_EXCEEDED' } }
  zenovay.journal.script({ answer: { status: 429, body }, times: 1 })
  await using served = await serve({ environment: zenovay.environment })
  expect((await askText(served.origin, pages())).errors).toMatchObject([{ extensions: exhausted }])
  expect(await refusals(served, pages())).toMatchObject([exhausted])
  expect(zenovay.journal.count()).toBe(1)
})

test("Datadog's headers are obeyed: lists beyond a period's limit wait for the next period", async () => {
  await using datadog = await serveDatadog({ perPeriod: 3, periodSeconds: 1 })
  const environment = { ...datadog.environment, DATADOG_CONCURRENCY: '3' }
  await using served = await serve({ environment })
  expect(await refusals(served, snapshots(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']))).toEqual([])
  expect(datadog.journal.count()).toBe(8)
})

test.each([false, true])(
  "a wait for Datadog's next period that does not fit the deadline is an error of that operation only (Redis: %s)",
  async isShared => {
    await using redis = await startRedis()
    // Well before a multiple of the period, when the vendor's next one begins.
    const now = () => new Date('2026-02-02T12:01:00Z')
    await using datadog = await serveDatadog({ now, perPeriod: 2, periodSeconds: 600 })
    const environment = { ...datadog.environment, DATADOG_CONCURRENCY: '1' }
    await using served = await serve({
      environment: { ...environment, ...(isShared && { REDIS_URL: redis.url }) },
    })
    const refused = await refusals(served, snapshots(['a', 'b', 'c', 'd']))
    expect(refused).toMatchObject([limited, limited])
    expect(refused[0]?.retryAfterSeconds).toSatisfy(seconds => seconds > 0 && seconds <= 600)
    const { data, errors } = await askText<Record<string, unknown>>(
      served.origin,
      'mutation { deleteSnapshot(input: { id: "none" }) { __typename } }',
    )
    expect(errors).toEqual([])
    expect(data.deleteSnapshot).toEqual({ __typename: 'SnapshotRefusal' })
    expect(datadog.journal.count()).toBe(3)
  },
)

test('a list at Datadog that waits for the next period does not hold up a mutation', async () => {
  await using datadog = await serveDatadog()
  const route = 'GET /api/v2/replay/heatmap/snapshots'
  const headers = { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '50' }
  datadog.journal.script({ route, answer: { body: { data: [] }, headers }, times: 1 })
  await using account = wire(datadog, { DATADOG_CONCURRENCY: '1', ISOTHERM_UPSTREAM_TIMEOUT_MS: '60000' })
  const client = account.client('datadog')
  const caller = new AbortController()
  await client.snapshots({ viewName: '/' }, 5, caller)
  const waiting = client.snapshots({ viewName: '/' }, 5, caller).catch(() => 'given up')
  expect(await client.deleteSnapshot('none', caller)).toMatchObject({ refusal: 'NOT_FOUND' })
  caller.abort()
  expect(await waiting).toBe('given up')
  expect(datadog.journal.count(route)).toBe(1)
})

test('after a refusal with a wait no call is made before it is over', async () => {
  await using posthog = await servePosthog({ image })
  posthog.journal.script({ answer: { status: 429, headers: { 'retry-after': '30' } }, times: 1 })
  await using served = await serve({ environment: { ...posthog.environment, POSTHOG_CONCURRENCY: '1' } })
  const { errors } = await askText(served.origin, images([1, 2, 3]))
  expect(errors).toHaveLength(3)
  for (const { extensions } of errors) expect(extensions).toMatchObject({ ...limited, retryAfterSeconds: 30 })
  expect(await refusals(served, images([4]))).toMatchObject([limited])
  expect(posthog.journal.count()).toBe(1)
})

test('instances that share a Redis share their limits; other credentials have their own', async () => {
  await using redis = await startRedis()
  await using posthog = await servePosthog({ perMinute: 6, image })
  await using other = await servePosthog({ image })
  const sharing: Environment = { POSTHOG_PER_MINUTE: '6', REDIS_URL: redis.url }
  await using one = await serve({ environment: { ...posthog.environment, ...sharing } })
  await using two = await serve({ environment: { ...posthog.environment, ...sharing } })
  await using stranger = await serve({ environment: { ...other.environment, ...sharing } })
  expect(await refusals(one, images([1, 2]))).toEqual([])
  expect(await refusals(two, images([3, 4]))).toEqual([])
  expect(await refusals(one, images([5, 6, 7]))).toMatchObject([limited])
  expect(await refusals(two, images([8]))).toMatchObject([limited])
  expect(posthog.journal.count()).toBe(6)
  expect(await refusals(stranger, images([1, 2, 3]))).toEqual([])
})

describe('no more calls are under way at once than the setting allows', () => {
  const filter = { start: new Date('2026-02-02T00:00:00Z'), end: new Date('2026-02-03T00:00:00Z') }
  const span = { form: 'utc', start: filter.start.getTime(), end: filter.end.getTime() } as const
  const website = sites[0]?.zenovayId ?? ''

  test.each<{
    readonly name: string
    readonly open: () => Promise<Emulator>
    readonly route: string
    readonly ask: (account: Wiring, callContext: CallContext) => Promise<unknown>
  }>([
    {
      name: 'AURA_VISION',
      open: serveAuraVision,
      route: 'detail/list',
      ask: (account, callContext) =>
        account.client('aura-vision').heatmaps(['64a1b2c3d4e5f6a7b8c9d0e3'], ['path'], filter, callContext),
    },
    {
      name: 'POSTHOG',
      open: servePosthog,
      route: 'GET /api/projects/:project_id/saved/:short_id{/}?',
      ask: (account, callContext) =>
        account.client('posthog').heatmap({ kind: 'projects', id: '1' }, 'ownerless', callContext),
    },
    {
      name: 'ANALYTIKS',
      open: serveAnalytiks,
      route: 'POST /json/v2',
      ask: (account, callContext) =>
        account.client('analytiks').partial({ span, step: 'hourly' }, { locations: [1] }, callContext),
    },
    {
      name: 'ZENOVAY',
      open: serveZenovay,
      route: 'GET /api/external/v1/heatmaps/:websiteId/pages',
      ask: (account, callContext) => account.client('zenovay').pages(website, 5, callContext),
    },
    {
      name: 'DATADOG',
      open: serveDatadog,
      route: 'GET /api/v2/replay/heatmap/snapshots',
      ask: (account, callContext) => account.client('datadog').snapshots({ viewName: '/' }, 5, callContext),
    },
  ])('$name', async ({ name, open, route, ask }) => {
    await using emulator = await open()
    await using account = wire(emulator, { [`${name}_CONCURRENCY`]: '3' })
    emulator.journal.script({ route, hang: true })
    const caller = new AbortController()
    const arrived = arrival(emulator, route, 3)
    const asked = Promise.allSettled(Array.from({ length: 9 }, () => ask(account, { signal: caller.signal })))
    await arrived
    // A fourth call would have arrived before this.
    await fetch(`${emulator.origin}/probe`)
    expect(emulator.journal.count(route)).toBe(3)
    caller.abort()
    for (const { status } of await asked) expect(status).toBe('rejected')
    expect(emulator.journal.count(route)).toBe(3)
  })
})
