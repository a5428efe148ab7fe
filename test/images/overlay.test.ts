import sharp from 'sharp'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { openHandles } from '../../src/images/handles.ts'
import { identitiesOf } from '../../src/providers.ts'
import { uuid } from '../../src/sandbox/world.ts'
import { askText } from '../support/client.ts'
import { dayAgo, daysBefore } from '../support/heat-days.ts'
import { referenceIn } from '../support/image-references.ts'
import { type Served, serve } from '../support/serving.ts'
import { as, serveCallers } from '../support/serving-callers.ts'
import { contentRoute, type Shown } from './serving-images.ts'

const heatRoute = 'GET /api/projects/:project_id/heatmaps{/}?'
const savedRoute = 'GET /api/projects/:project_id/saved/:short_id{/}?'
/** The shop's home page is recorded in seven widths. */
const home = uuid('posthog', 'short', 'shop', '/').replaceAll('-', '').slice(0, 8)
const [week, weekBefore] = [daysBefore(3, 7), daysBefore(10, 7)]
const height = 2600

const resources = new AsyncDisposableStack()
let served: Served
/** With the pages of the sandbox. */
let own: Served

beforeAll(async () => {
  // A tall blank page; the one of 375 pixels as a screen of twice the density shows it.
  const image = (_seed: string, width: number) => {
    const density = width === 375 ? 2 : 1
    const size = { width: width * density, height: height * density }
    return sharp({ create: { ...size, channels: 3, background: '#fff' } })
      .jpeg()
      .toBuffer()
  }
  served = resources.use(
    await serve({ sandbox: { posthog: { image, renderSeconds: 600 } }, environment: kept }),
  )
  own = resources.use(await serve({ environment: kept }))
  return () => resources.disposeAsync()
})
beforeEach(() => {
  for (const { sandbox } of [served, own]) sandbox.posthog.journal.clear()
})

const kept = { ISOTHERM_CACHE_BYTES: '10000000' }

/** Clicks far from each other: share of the width, CSS pixels of the page, how many. */
const clicks = [
  [0.1, 48, 4],
  [0.8, 96, 4],
  [0.5, 1104, 4],
  [0.25, 1840, 4],
  [0.9, 2496, 4],
] as const

describe.each([
  { width: 375, density: 2 },
  { width: 1024, density: 1 },
  { width: 1440, density: 1 },
])('over a page that is recorded in $width pixels and taller than a screen', ({ width, density }) => {
  test.each(['', '&width=300'])('known clicks are in the pixels where they were made (%s)', async query => {
    place(clicks)
    const { link } = await overlayImage({ days: week, viewport: {}, opacity: 1 }, { width })
    const page = await pixelsAt(`${link}&format=png${query}`)
    const drawnWidth = query ? 300 : width * density
    expect(page.width).toBe(drawnWidth)
    const scale = drawnWidth / width
    expect(page.height).toBeGreaterThan(height * scale)
    const found = clicks.map(([x, y]) => middleOf(page, { x: x * width * scale, y: y * scale }, 45 * scale))
    for (const [index, [x, y]] of clicks.entries()) {
      // Less than a pixel of the page beside it, or of the image if that is smaller.
      const near = Math.max(1, 1.2 * scale)
      expect(Math.abs((found[index]?.x ?? 0) - x * width * scale)).toBeLessThan(near)
      expect(Math.abs((found[index]?.y ?? 0) - y * scale)).toBeLessThan(near)
    }
  })
})

test('the heat of the sandbox lies on what its page has to press', async () => {
  const image = await overlayImage({ days: daysBefore(1, 30) }, { id: 'ownerless', served: own })
  const bare = await pixelsAt(
    `${(await overlayImage(null, { id: 'ownerless', served: own })).link}?format=png&width=512`,
  )
  const heated = await pixelsAt(`${image.link}?format=png&width=512`)
  let [hottest, most] = [{ x: 0, y: 0 }, -1]
  for (let y = 0; y < bare.height; y++) {
    for (let x = 0; x < bare.width; x++) {
      const [red = 0, green = 0, blue = 0] = heated.at(x, y)
      if (red + green - 2 * blue > most) [hottest, most] = [{ x, y }, red + green - 2 * blue]
    }
  }
  const [red = 0, , blue = 0] = bare.at(hottest.x, hottest.y)
  expect({ ...hottest, isButton: blue > 200 && red < 110 }).toMatchObject({ isButton: true })
})

test('an image and the numbers of its heat are one call for each, and other colours are none', async () => {
  const { data, errors } = await askText<{ pageHeatmap: { heat: { total: number }; image: Shown } }>(
    own.origin,
    `query ($id: ID!, $days: DayRange!) { pageHeatmap(projectId: "1", id: $id) {
      heat(days: $days) { total }
      image(overlay: { days: $days }) { link }
    } }`,
    { id: home, days: week },
  )
  expect(errors).toEqual([])
  const { link } = data.pageHeatmap.image
  const tags = new Set<string | null>()
  const queries = [
    '',
    '&palette=inferno',
    '&palette=cividis',
    '&opacity=0.3',
    '&palette=inferno&opacity=0.3',
    '',
  ]
  for (const query of queries) {
    const response = await fetch(`${link}?width=200${query}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/jpeg')
    tags.add(response.headers.get('etag'))
    await response.arrayBuffer()
  }
  expect(tags.size).toBe(5)
  const { journal } = own.sandbox.posthog
  expect([savedRoute, heatRoute, contentRoute].map(route => journal.count(route))).toEqual([1, 1, 1])
  const etag = [...tags][0] ?? ''
  const again = await fetch(`${link}?width=200`, { headers: { 'if-none-match': etag } })
  expect(again.status).toBe(304)
})

test('the link alone says what is asked, whatever is put behind it', async () => {
  const { link } = await overlayImage({ type: 'RAGE_CLICK', days: week, viewport: { min: 900 } })
  const reference = await referenceIn(served.sandbox.environment(), link ?? '')
  expect(reference).toMatchObject({
    overlay: {
      page: 'https://shop.example.com/',
      type: 'rageClick',
      days: week,
      viewport: { min: 900, max: null },
      aggregation: 'total',
    },
  })
  const others = `type=click&days=2026-01-01&viewport=0&overlay=x&against=${dayAgo(20)}`
  const tags = [
    (await fetch(link ?? '')).headers.get('etag'),
    (await fetch(`${link}?${others}`)).headers.get('etag'),
  ]
  expect(tags[0]).toBe(tags[1])
  const { journal } = served.sandbox.posthog
  const asked = journal.calls.filter(({ route }) => route === heatRoute).map(({ path }) => path)
  expect(asked).toHaveLength(1)
  expect(asked[0]).toContain('type=rageclick')
})

test('windows are those around the width that is served, not the width that was asked', async () => {
  const { link, width } = await overlayImage({ days: week }, { width: 1200, id: 'ownerless' })
  expect(width).toBe(1024)
  expect((await fetch(link ?? '')).status).toBe(200)
  const [asked] = served.sandbox.posthog.journal.calls.filter(({ route }) => route === heatRoute)
  expect(asked?.path).toContain('viewport_width_min=922&viewport_width_max=1126&')
})

test('a difference is orange where there is more and blue where there is less', async () => {
  place([
    [0.2, 400, 9],
    [0.5, 800, 9],
  ])
  place([
    [0.5, 800, 9],
    [0.8, 1200, 9],
  ])
  const days = daysBefore(20, 3)
  const { link } = await overlayImage({ days, against: daysBefore(30, 3), viewport: {}, opacity: 1 })
  const page = await pixelsAt(`${link}&format=png`)
  const colourAt = (x: number, y: number) => {
    const [red = 0, , blue = 0] = page.at(Math.round(x * page.width), y)
    return Math.sign(Math.trunc((red - blue) / 60))
  }
  const calls = served.sandbox.posthog.journal.calls.filter(({ route }) => route === heatRoute)
  // Both are asked at once, so either may come first.
  const sign = calls[0]?.path.includes(`date_from=${days.from}`) ? 1 : -1
  expect([colourAt(0.2, 400), colourAt(0.5, 800), colourAt(0.8, 1200)]).toEqual([sign, 0, -sign])
  expect(calls).toHaveLength(2)
})

test('an image holds no longer than the heat of days that still run, whichever of both they are', async () => {
  const today = { from: dayAgo(0), to: dayAgo(-1) }
  for (const [overlay, isRunning] of [
    [{ days: week, against: weekBefore }, false],
    [{ days: today, against: week }, true],
    [{ days: week, against: today }, true],
  ] as const) {
    const { link } = await overlayImage(overlay, { fields: 'link' })
    const { headers } = await fetch(link ?? '', { method: 'HEAD' })
    expect(headers.get('cache-control') === 'private, max-age=30').toBe(isRunning)
  }
})

test.each([
  ['the depth of scrolling fills the rows that were seen', 'SCROLL_DEPTH'],
  ['movements of the mouse are drawn', 'MOUSE_MOVE'],
])('%s, and a legend below says what the colours mean', async (_what, type) => {
  const { link } = await overlayImage({ type, days: week, viewport: {}, opacity: 1 })
  const page = await pixelsAt(`${link}&format=png`)
  if (type === 'SCROLL_DEPTH') for (const x of [1, 500, 1022]) expect(page.at(x, 300)).toEqual([253, 231, 37])
  const last = page.at(8 + 2 * 196 - 4, height + 8 + 6)
  expect(last.map((value, channel) => Math.abs(value - ([253, 231, 37][channel] ?? 0)) < 12)).toEqual([
    true,
    true,
    true,
  ])
  const dark = (left: number, right: number, top: number, bottom: number) => {
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) if (Math.max(...page.at(x, y)) < 80) return true
    return false
  }
  for (const line of [0, 1, 2, 3])
    expect(dark(8, 400, height + 26 + 22 * line, height + 40 + 22 * line)).toBe(true)
})

test('a page without its screenshot says why, and no heat is asked', async () => {
  const failure = 'Screenshot provider returned status 403 for https://shop.example.com/products/3'
  expect(await overlayImage({ days: week }, { id: 'failed' })).toMatchObject({
    state: 'FAILED',
    failure,
    link: null,
  })
  const { link } = await overlayImage({ days: week }, { id: 'failed', fields: 'link' })
  const refused = await fetch(link ?? '')
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({ detail: failure, state: 'FAILED' })
  const rendering = await overlayImage({ days: week }, { id: 'rendering', fields: 'link' })
  const early = await fetch(rendering.link ?? '')
  expect(early.status).toBe(202)
  await early.arrayBuffer()
  expect(served.sandbox.posthog.journal.count(heatRoute)).toBe(0)
})

test('heat that fails is a failure of the image, and is asked again', async () => {
  served.sandbox.posthog.journal.script({ route: heatRoute, answer: { status: 400, body: {} }, times: 1 })
  const { link } = await overlayImage({ days: daysBefore(6, 2) })
  const failed = await fetch(link ?? '')
  expect(failed.status).toBe(502)
  expect(await failed.json()).toMatchObject({ provider: 'posthog' })
  expect((await fetch(link ?? '')).status).toBe(200)
})

test('a link holds no day that has begun nowhere, so that it asks the same every day', async () => {
  const dayAfter = () => Temporal.Now.plainDateISO('Etc/GMT-14').add({ days: 1 }).toString()
  const earliest = dayAfter()
  const { link } = await overlayImage({
    days: { from: dayAgo(3), to: '9999-12-31' },
    against: { from: dayAgo(9), to: dayAgo(-30) },
  })
  const { overlay } = { overlay: undefined, ...(await referenceIn(served.sandbox.environment(), link ?? '')) }
  for (const days of [overlay?.days, overlay?.against]) expect([earliest, dayAfter()]).toContain(days?.to)
})

test('a link outlives the days of which PostHog has everything, and says so', async () => {
  const environment = served.sandbox.environment()
  const { link } = await overlayImage({ days: week })
  const reference = await referenceIn(environment, link ?? '')
  if (reference.provider !== 'posthog' || !reference.overlay) expect.fail('no overlay')
  const { providers, images } = readConfig({ ISOTHERM_SANDBOX: 'off', ...environment })
  const handles = openHandles({ ...images, identities: identitiesOf(providers) })
  const days = { from: dayAgo(95), to: dayAgo(80) }
  const handle = await handles.make({ ...reference, overlay: { ...reference.overlay, days } })
  const gone = await fetch(new URL(`/images/${handle}`, served.origin))
  expect(gone.status).toBe(410)
  expect(await gone.json()).toMatchObject({ detail: 'PostHog no longer has all days of this heat.' })
  expect(served.sandbox.posthog.journal.count(heatRoute)).toBe(0)
})

test.each([
  [{ days: { from: '2020-01-01', to: '2020-01-08' } }, /90 days/],
  [{ days: week, against: { from: week.to, to: week.from } }, /overlay.against ends at/],
  [{ days: week, viewport: { min: 0 } }, /viewport.min must be from 1/],
  [{ days: week, opacity: 0.55 }, /overlay.opacity must be one of 0.1, 0.2/],
  [{ days: week, palette: 'BLUE_ORANGE' }, /give `against` too/],
  [{ days: week, against: weekBefore, palette: 'VIRIDIS' }, /BLUE_ORANGE for a difference/],
])('%j is no overlay, and costs no call', async (overlay, message) => {
  const { errors } = await askText(served.origin, imageQuery('link'), { id: home, overlay, width: 1024 })
  expect(errors).toMatchObject([
    { message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } },
  ])
  expect(served.sandbox.posthog.journal.count()).toBe(0)
})

test('a link takes the colours that suit it, and no others', async () => {
  const plain = await overlayImage({ days: week })
  const difference = await overlayImage({ days: week, against: weekBefore })
  for (const [link, allowed, queries] of [
    [
      plain.link,
      'viridis, inferno, cividis',
      ['palette=blue-orange', 'palette=', 'opacity=0', 'opacity=0.75', 'opacity=1.0'],
    ],
    [difference.link, 'blue-orange', ['palette=viridis', 'opacity=2']],
  ] as const) {
    for (const query of queries) {
      const refused = await fetch(`${link}?${query}`)
      expect([refused.status, (await refused.json()).detail]).toEqual([
        422,
        `palette is one of ${allowed}, and opacity one of 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.`,
      ])
    }
  }
  expect(served.sandbox.posthog.journal.count(heatRoute)).toBe(0)
})

test('whoever may not read heatmaps gets no link, and nobody is asked', async () => {
  await using callers = await serveCallers()
  const { data, errors } = await askText(
    callers.origin,
    imageQuery('link'),
    { id: home, overlay: { days: week }, width: 1024 },
    { headers: as(['pages:read', 'traffic:read']) },
  )
  expect(data).toEqual({ pageHeatmap: null })
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', missingScopes: ['heatmaps:read'] } }])
  expect(callers.sandbox.posthog.journal.count()).toBe(0)
})

function imageQuery(fields: string): string {
  return `query ($id: ID!, $overlay: HeatOverlay, $width: Int) {
    pageHeatmap(projectId: "1", id: $id) { image(width: $width, overlay: $overlay) { ${fields} } }
  }`
}

async function overlayImage(
  overlay: object | null,
  {
    id = home,
    width = 1024,
    fields = 'state link width failure',
    served: { origin } = served,
  }: { id?: string; width?: number; fields?: string; served?: Pick<Served, 'origin'> } = {},
): Promise<Shown> {
  const { data, errors } = await askText<{ pageHeatmap: { image: Shown } }>(origin, imageQuery(fields), {
    id,
    overlay,
    width,
  })
  expect(errors).toEqual([])
  return data.pageHeatmap.image
}

/** What visitors did, for the next question. */
function place(points: readonly (readonly [x: number, y: number, count: number])[]): void {
  const results = points.map(([pointer_relative_x, pointer_y, count]) => ({
    count,
    pointer_y,
    pointer_relative_x,
    pointer_target_fixed: false,
  }))
  served.sandbox.posthog.journal.script({
    route: heatRoute,
    answer: { body: { results, has_more: false } },
    times: 1,
  })
}

interface Pixels {
  readonly width: number
  readonly height: number
  at(x: number, y: number): number[]
}

async function pixelsAt(link: string): Promise<Pixels> {
  const response = await fetch(link)
  expect(response.status).toBe(200)
  const image = sharp(await response.arrayBuffer()).removeAlpha()
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const { width, height } = info
  return { width, height, at: (x, y) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)] }
}

/** The middle of all that is not white around a place. */
function middleOf(page: Pixels, { x, y }: { x: number; y: number }, reach: number): { x: number; y: number } {
  let [sum, sumX, sumY] = [0, 0, 0]
  for (let row = Math.max(0, Math.ceil(y - reach)); row < y + reach; row++) {
    for (let column = Math.max(0, Math.ceil(x - reach)); column < Math.min(page.width, x + reach); column++) {
      const heat = 255 - Math.min(...page.at(column, row))
      sum += heat
      sumX += heat * (column + 0.5)
      sumY += heat * (row + 0.5)
    }
  }
  return { x: sumX / sum, y: sumY / sum }
}
