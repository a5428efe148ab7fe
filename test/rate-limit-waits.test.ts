import { afterEach, expect, test, vi } from 'vitest'
import { servePosthog } from '../src/sandbox/posthog.ts'
import { madeUpHeatmaps } from '../src/sandbox/posthog-heatmaps.ts'
import { serveZenovay } from '../src/sandbox/zenovay.ts'
import { askText } from './support/client.ts'
import { type Served, serve } from './support/serving.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const [{ heatmap } = { heatmap: { id: '' } }] = madeUpHeatmaps(new Date())
const image = async () => new Uint8Array([0xff, 0xd8])
const pages =
  '{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views(first: 1) { nodes { totalInteractions } } } }'
const [minute, hour] = [60_000, 3_600_000]

/** A query that costs one PostHog call per width. */
function images(widths: readonly number[]): string {
  const fields = widths.map(
    width =>
      `w${width}: pageHeatmap(projectId: "1", id: "${heatmap.id}") { image(width: ${width}) { state } }`,
  )
  return `{ ${fields.join('\n')} }`
}

/** Isotherm's clock and the vendor's: they run at normal pace and can be moved ahead; no month ends here by itself. */
function openClock() {
  let ahead = 0
  const real = performance.now.bind(performance)
  const date = Date.parse('2026-02-02T12:00:00Z') - real()
  vi.spyOn(performance, 'now').mockImplementation(() => real() + ahead)
  vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(date + real() + ahead))
  return {
    now: () => new Date(Date.now()),
    move(milliseconds: number) {
      ahead += milliseconds
    },
  }
}

async function refusals({ origin }: Served, query: string) {
  const { errors } = await askText(origin, query)
  return errors.map(({ extensions }) => extensions)
}

test.each([
  { name: 'minute', length: minute, limits: { perMinute: 2 }, variable: 'POSTHOG_PER_MINUTE' },
  { name: 'hour', length: hour, limits: { perHour: 2 }, variable: 'POSTHOG_PER_HOUR' },
])(
  "the end of PostHog's $name is waited for where that fits the deadline of a call",
  async ({ length, limits, variable }) => {
    const clock = openClock()
    await using posthog = await servePosthog({ ...limits, image, now: clock.now })
    const environment = { ...posthog.environment, [variable]: '2', ISOTHERM_UPSTREAM_TIMEOUT_MS: '5000' }
    await using served = await serve({ environment })
    expect(await refusals(served, images([1, 2]))).toEqual([])
    clock.move(length - 10_000)
    const [refused, ...others] = await refusals(served, images([3]))
    expect([refused, others]).toEqual([expect.objectContaining({ code: 'UPSTREAM_RATE_LIMITED' }), []])
    expect(refused?.retryAfterSeconds).toSatisfy(seconds => seconds > 5 && seconds <= 11)
    expect(posthog.journal.count()).toBe(2)
    clock.move(9_700)
    // The vendor would refuse them by now.
    expect(await refusals(served, images([3, 4]))).toEqual([])
    expect(posthog.journal.count()).toBe(4)
  },
)

test("a call waits for the end of Zenovay's minute if that is within its deadline", async () => {
  const clock = openClock()
  await using zenovay = await serveZenovay({ perMinute: 2, now: clock.now })
  await using served = await serve({ environment: zenovay.environment })
  for (const _ of [1, 2]) expect(await refusals(served, pages)).toEqual([])
  expect(await refusals(served, pages)).toMatchObject([{ code: 'UPSTREAM_RATE_LIMITED' }])
  clock.move(minute - 300)
  expect(await refusals(served, pages)).toEqual([])
  expect(zenovay.journal.count()).toBe(3)
})

test('a used-up month ends at its reset, and not before', async () => {
  const clock = openClock()
  await using zenovay = await serveZenovay({ perMonth: 2, now: clock.now })
  await using served = await serve({ environment: zenovay.environment })
  for (const _ of [1, 2]) expect(await refusals(served, pages)).toEqual([])
  const [refused] = await refusals(served, pages)
  expect(refused).toMatchObject({ code: 'UPSTREAM_QUOTA_EXHAUSTED', retryable: false })
  clock.move(Number(refused?.retryAfterSeconds) * 1000 - minute)
  expect(await refusals(served, pages)).toMatchObject([{ code: 'UPSTREAM_QUOTA_EXHAUSTED' }])
  expect(zenovay.journal.count()).toBe(2)
  clock.move(minute)
  expect(await refusals(served, pages)).toEqual([])
  expect(zenovay.journal.count()).toBe(3)
})
