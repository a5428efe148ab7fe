import { beforeAll, expect, test } from 'vitest'
import type { Emulator } from '../../src/sandbox/emulator.ts'
import { servePosthog } from '../../src/sandbox/posthog.ts'

const resources = new AsyncDisposableStack()
let posthog: Emulator
const now = new Date('2026-09-01T12:00:00Z')

beforeAll(async () => {
  posthog = resources.use(await servePosthog({ now: () => now }))
  return () => resources.disposeAsync()
})

const home = 'https://shop.example.com/'

test('points come hottest first, five hundred by default, and say whether there are more', async () => {
  const query = { type: 'mousemove', url_exact: home, date_from: '2026-08-01', date_to: '2026-08-30' }
  const all = await heat({ ...query, limit: 0 })
  expect(all.has_more).toBe(false)
  expect(all.results.length).toBeGreaterThan(1000)
  const counts = all.results.map(({ count = 0 }) => count)
  expect(counts).toEqual(counts.toSorted((one, other) => other - one))
  expect(await heat(query)).toEqual({ ...all, results: all.results.slice(0, 500), has_more: true })
  const rest = await heat({ ...query, limit: 100_000, offset: 1000 })
  expect(rest).toEqual({ ...all, results: all.results.slice(1000), has_more: false })
  expect(all.results[0]).toEqual({
    count: expect.any(Number),
    pointer_y: expect.any(Number),
    pointer_relative_x: expect.any(Number),
    pointer_target_fixed: expect.any(Boolean),
  })
  const moving = all.results.filter(point => !point.pointer_target_fixed)
  expect(all.fold?.total_count).toBe(moving.reduce((sum, { count = 0 }) => sum + count, 0))
  expect(moving.length).toBeLessThan(all.results.length)
})

test('depths come whole, without a fold, from the shallowest on', async () => {
  const { results, fold, has_more } = await heat({ type: 'scrolldepth', url_exact: home })
  expect([fold, has_more]).toEqual([undefined, false])
  let reached = 0
  for (const bucket of results.toReversed()) {
    reached += bucket.bucket_count ?? 0
    expect(bucket.cumulative_count).toBe(reached)
    expect((bucket.scroll_depth_bucket ?? 1) % 100).toBe(0)
  }
  expect(reached).toBeGreaterThan(100)
})

test('days are whole ones of UTC, the last one in it, and older ones than ninety are gone', async () => {
  const total = async (date_from: string, date_to: string) =>
    (await heat({ url_exact: home, date_from, date_to, limit: 0 })).fold?.total_count ?? 0
  const [one, other] = [await total('2026-08-10', '2026-08-10'), await total('2026-08-11', '2026-08-11')]
  expect(await total('2026-08-10', '2026-08-11')).toBe(one + other)
  expect(await total('2026-05-01', '2026-06-02')).toBe(0)
  expect(await total('2026-09-02', '2026-09-10')).toBe(0)
  const [today, yesterday] = [await total('2026-09-01', '2026-09-01'), await total('-1d', '-1d')]
  expect(today).toBeGreaterThan(0)
  expect(today).toBeLessThan(yesterday)
})

test('a page is one URL but for its final slash, or all that a pattern matches', async () => {
  const total = async (query: Record<string, string>) =>
    (await heat({ ...query, limit: 0 })).fold?.total_count ?? 0
  const [exact, bare] = [await total({ url_exact: home }), await total({ url_exact: home.slice(0, -1) })]
  expect(exact).toBeGreaterThan(0)
  expect(bare).toBe(exact)
  expect(await total({ url_pattern: home })).toBe(exact)
  expect(await total({ url_pattern: home.slice(0, -1) })).toBe(0)
  const products = await total({ url_pattern: `${home}products/*` })
  expect(products).toBeGreaterThan(await total({ url_exact: `${home}products/1` }))
  expect(await total({ url_pattern: `${home}products/.*` })).toBe(products)
  expect(await total({ url_exact: home, url_pattern: `${home}products/*` })).toBe(products)
})

test.each([
  [{ limit: 'many' }, 'invalid_input', 'A valid integer is required.'],
  [{ limit: '1000001' }, 'max_value', 'Ensure this value is less than or equal to 1000000.'],
  [{ offset: '-1' }, 'min_value', 'Ensure this value is greater than or equal to 0.'],
  [{ viewport_width_min: 'wide' }, 'invalid_input', 'A valid integer is required.'],
  [{ aggregation: 'mean' }, 'invalid_choice', '"mean" is not a valid choice.'],
  [{ date_from: 'spring' }, 'invalid_input', 'Error parsing provided date_from: spring'],
  [{ url_pattern: 'https://a/(*' }, 'invalid_input', 'Invalid regular expression.'],
])('%j is refused', async (query, code, detail) => {
  const answer = await get(query)
  const [attr] = Object.keys(query)
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { type: 'validation_error', code, detail, attr },
  ])
})

test('a caller may keep an answer for half a minute, and needs a key', async () => {
  const answer = await get({ url_exact: home })
  expect(answer.headers.get('cache-control')).toBe('max-age=30')
  expect((await get({ url_exact: home }, 'Bearer phx_sandbox_without_scopes')).status).toBe(403)
  expect((await get({ url_exact: home }, '')).status).toBe(401)
})

interface Answer {
  readonly results: readonly {
    readonly count?: number
    readonly pointer_target_fixed?: boolean
    readonly bucket_count?: number
    readonly cumulative_count?: number
    readonly scroll_depth_bucket?: number
  }[]
  readonly fold?: { readonly total_count: number }
  readonly has_more: boolean
}

async function heat(query: Readonly<Record<string, string | number>>): Promise<Answer> {
  const answer = await get(query)
  expect(answer.status).toBe(200)
  return answer.json()
}

function get(
  query: Readonly<Record<string, string | number>>,
  authorization = `Bearer ${posthog.environment.POSTHOG_PERSONAL_API_KEY}`,
): Promise<Response> {
  const parameters = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  return fetch(`${posthog.origin}/api/projects/1/heatmaps/?${parameters}`, { headers: { authorization } })
}
