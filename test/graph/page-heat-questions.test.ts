import { beforeAll, beforeEach, expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { type Grid, interactions, read } from '../support/heat-counts.ts'
import { daysBefore } from '../support/heat-days.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})
beforeEach(() => served.sandbox.posthog.journal.clear())

const week = daysBefore(3, 7)
const heatOf = (args: string, fields = 'total') => `heat(${args}) { ${fields} }`
const asked = (fields: string) =>
  `query ($days: DayRange!) { pageHeatmap(projectId: "1", id: "ownerless") { ${fields} } }`
const ask = (fields: string, days = week) =>
  askText<{ pageHeatmap: Record<string, Record<string, unknown> | null> }>(served.origin, asked(fields), {
    days,
  })
const heatCalls = () =>
  served.sandbox.posthog.journal.calls
    .map(({ path }) => new URL(path, served.origin))
    .filter(({ pathname }) => pathname.endsWith('/heatmaps/'))
    .map(({ searchParams }) => Object.fromEntries(searchParams))

test('however many fields and grids of a question are asked, PostHog is asked once, for what is meant', async () => {
  const { data, errors, upstream } = await ask(
    `a: ${heatOf('days: $days, columns: 10', 'columns values hotspots { value } fold { total } fixed { total }')}
    b: ${heatOf('days: $days, columns: 20, type: CLICK, aggregation: TOTAL', 'columns page viewport { min max } days { from to }')}
    c: ${heatOf('days: $days', 'columns unit type aggregation')}`,
  )
  expect(errors).toEqual([])
  expect(heatCalls()).toEqual([
    {
      type: 'click',
      date_from: week.from,
      date_to: daysBefore(4, 1).to,
      url_exact: 'https://shop.example.com/products/8',
      viewport_width_min: '922',
      viewport_width_max: '1126',
      aggregation: 'total_count',
      limit: '0',
    },
  ])
  expect(data.pageHeatmap).toMatchObject({
    a: { columns: 10 },
    b: {
      columns: 20,
      page: 'https://shop.example.com/products/8',
      viewport: { min: 922, max: 1126 },
      days: week,
    },
    // Of the narrowest window each is 16 pixels or wider.
    c: { columns: 50, unit: 'INTERACTIONS', type: 'CLICK', aggregation: 'TOTAL' },
  })
  // The heatmap itself by its short id, and its points.
  expect(upstream.posthog).toMatchObject({ planned: 2, made: 2, repeated: 0 })
})

test('other types, days, widths and aggregations are questions of their own', async () => {
  const { errors } = await ask(
    [
      heatOf('days: $days, type: CLICK'),
      heatOf('days: $days, type: RAGE_CLICK'),
      heatOf('days: $days, type: MOUSE_MOVE'),
      heatOf('days: $days, type: SCROLL_DEPTH'),
      heatOf('days: $days, viewport: {}'),
      heatOf('days: $days, viewport: { min: 1000 }'),
      heatOf('days: $days, aggregation: UNIQUE_VISITORS'),
      heatOf(`days: { from: "${week.from}", to: "${daysBefore(2, 1).to}" }`),
    ]
      .map((field, index) => `q${index}: ${field}`)
      .join(' '),
  )
  expect(errors).toEqual([])
  const calls = heatCalls()
  expect(new Set(calls.map(call => JSON.stringify(call))).size).toBe(8)
  expect(calls.map(({ type }) => type).toSorted()).toEqual([
    ...Array(5).fill('click'),
    'mousemove',
    'rageclick',
    'scrolldepth',
  ])
})

test('widths of windows are mixed only where that is asked', async () => {
  const { data } = await ask(
    `usual: ${heatOf('days: $days')} narrow: ${heatOf('days: $days, viewport: { max: 800 }')} all: ${heatOf('days: $days, viewport: {}')}`,
  )
  const count = (isIn: (width: number) => boolean) =>
    interactions('click', '/products/8', week).filter(
      ({ x, y, viewportWidth, fixed }) => isIn(viewportWidth * 16) && !fixed && !(x === 0 && y === 0),
    ).length
  expect(data.pageHeatmap).toEqual({
    usual: { total: count(width => width >= 922 && width <= 1126) },
    narrow: { total: count(width => width <= 800) },
    all: { total: count(() => true) },
  })
})

test.each([
  [
    { url: 'https://shop.example.com/', data_url: 'https://shop.example.com/products/*' },
    { url_pattern: 'https://shop.example.com/products/*' },
  ],
  [
    { url: 'https://shop.example.com/pricing', data_url: null },
    { url_exact: 'https://shop.example.com/pricing' },
  ],
  [
    { url: 'https://shop.example.com/pricing', data_url: '' },
    { url_exact: 'https://shop.example.com/pricing' },
  ],
])('the page of %j is %j', async (urls, parameters) => {
  const [page] = Object.values(parameters)
  const query = `query ($days: DayRange!) { pageHeatmap(environmentId: "1", id: "any") { ${heatOf('days: $days, viewport: {}', 'page total')} } }`
  answerNext('GET /api/environments/:project_id/saved/:short_id{/}?', { id: uuid, ...urls })
  const { data, errors } = await askText<{ pageHeatmap: { heat: { page: string; total: number } } }>(
    served.origin,
    query,
    { days: week },
  )
  expect(errors).toEqual([])
  expect(data.pageHeatmap.heat.page).toBe(page)
  expect(data.pageHeatmap.heat.total).toBeGreaterThan(0)
  const [call] = heatCalls()
  const { url_exact, url_pattern } = call ?? {}
  expect({ ...(url_exact && { url_exact }), ...(url_pattern && { url_pattern }) }).toEqual(parameters)
})

test('a heatmap without a page has no heat, and nobody is asked for all pages of the project', async () => {
  answerNext('GET /api/projects/:project_id/saved/:short_id{/}?', { id: uuid, url: '', data_url: null })
  const { data, errors } = await ask(heatOf('days: $days'))
  expect([data.pageHeatmap, errors]).toEqual([{ heat: null }, []])
  expect(heatCalls()).toEqual([])
})

const uuid = '497f6eca-6276-4993-bfeb-53cbbbba6f08'

/** The next response of the route. */
function answerNext(route: string, body: object): void {
  served.sandbox.posthog.journal.script({ route, answer: { body }, times: 1 })
}

test('a plan names the calls that are known before any, and makes none', async () => {
  const query = `query ($days: DayRange!) { node(id: "PageHeatmap:project:1:${uuid}") { ... on PageHeatmap { ${heatOf('days: $days')} } } }`
  const { data, errors, extensions } = await askText(
    served.origin,
    query,
    { days: week },
    { headers: { 'isotherm-explain': 'plan' } },
  )
  expect([data, errors]).toEqual([null, []])
  expect(extensions.plan).toMatchObject({ posthog: [{ route: 'GET /saved' }] })
  expect(served.sandbox.posthog.journal.count()).toBe(0)
})

test('heat that PostHog cannot give is null by itself, with an error', async () => {
  const { journal } = served.sandbox.posthog
  const route = 'GET /api/projects/:project_id/heatmaps{/}?'
  const detail = "API key missing required scope 'heatmap:read'"
  const body = { type: 'authentication_error', code: 'permission_denied', detail, attr: null }
  journal.script({ route, answer: { status: 403, body }, times: 1 })
  const { data, errors } = await ask(`name shortId ${heatOf('days: $days')}`)
  expect(data.pageHeatmap).toEqual({ name: 'Shop /products/8', shortId: 'ownerless', heat: null })
  expect(errors).toMatchObject([
    { path: ['pageHeatmap', 'heat'], extensions: { code: 'UPSTREAM_FORBIDDEN', provider: 'posthog' } },
  ])
})

test('an older PostHog tells neither the fold nor whether there is more, and its points are counted', async () => {
  const { journal } = served.sandbox.posthog
  const route = 'GET /api/projects/:project_id/heatmaps{/}?'
  const point = (x: number, y: number, count: number, isFixed: boolean) => ({
    count,
    pointer_y: y,
    pointer_relative_x: x,
    pointer_target_fixed: isFixed,
  })
  const results = [
    ...[point(0, 0, 1, false), point(0.29, 100, 2, false), point(1, 160, 3, false), point(1, 16, 7, true)],
    ...[point(1.01, 16, 11, false), point(0.5, -16, 13, false), point(0.5, 2000 * 16, 17, false)],
  ]
  journal.script({ route, answer: { body: { results } }, times: 1 })
  const fields = `columns cellWidth cellHeight rows values total leftOut fixed { values total } fold { total }`
  const { data, errors } = await askText<{ pageHeatmap: { heat: Grid & { leftOut: number } } }>(
    served.origin,
    asked(heatOf('days: $days, columns: 100, viewport: { min: 1600, max: 1600 }', fields)),
    { days: week },
  )
  expect(errors).toEqual([])
  const { heat } = data.pageHeatmap
  expect(heat).toMatchObject({ columns: 100, cellWidth: 0.01, cellHeight: 16, rows: 11, fold: null })
  expect(read(heat)).toEqual({
    cells: new Map([
      ['0 0', 1],
      ['29 6', 2],
      ['99 10', 3],
    ]),
    fixed: new Map([['99 1', 7]]),
    total: 47,
    fixedTotal: 7,
  })
  expect(heat.leftOut).toBe(11 + 13 + 17)
})
