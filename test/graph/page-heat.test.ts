import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { GraphPageHeatDocument } from '../generated/graphql.ts'
import { ask, askText } from '../support/client.ts'
import { countsOf, interactions, minus, read } from '../support/heat-counts.ts'
import { daysBefore } from '../support/heat-days.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

const types = { CLICK: 'click', RAGE_CLICK: 'rageclick', MOUSE_MOVE: 'mousemove' } as const
const week = daysBefore(3, 7)
const weekBefore = daysBefore(10, 7)

/** The saved heatmaps of the sandbox by their short ids, each of one page. */
const pages = [
  ['ownerless', '/products/8'],
  ['stuck', '/products/2'],
  ['recording', '/products/5'],
] as const

const cells = 'rows values total leftOut'

const questions = fc.record({
  page: fc.constantFrom(...pages),
  type: fc.constantFrom(...(['CLICK', 'RAGE_CLICK', 'MOUSE_MOVE'] as const)),
  viewport: fc.constantFrom(
    { min: 300, max: 400 },
    { min: 1000, max: 1060 },
    { min: 1430, max: 1450 },
    { min: 1000 },
    { max: 800 },
    {},
  ),
  aggregation: fc.constantFrom(...(['TOTAL', 'UNIQUE_VISITORS'] as const)),
  columns: fc.option(fc.integer({ min: 1, max: 100 })),
})

test('a grid and its difference are an independent count of what visitors did', async () => {
  await fc.assert(
    fc.asyncProperty(questions, async question => {
      const [shortId, path] = question.page
      const variables = { ...question, shortId, days: week, against: weekBefore }
      const { data, errors } = await ask(served.origin, GraphPageHeatDocument, variables)
      expect(errors).toEqual([])
      const { difference, hotspots, ...heat } = data.pageHeatmap?.heat ?? expect.fail('no heat')
      if (!difference || !hotspots) expect.fail('no difference')
      const counted = { ...question, type: types[question.type] }
      const now = countsOf(counted, path, week, heat)
      expect(read(heat)).toEqual(now)
      const before = countsOf(counted, path, weekBefore, heat)
      expect(read(difference)).toEqual(minus(now, before))
      const hottest = [...now.cells].sort(([, one], [, other]) => other - one)
      expect(hotspots.map(({ value }) => value)).toEqual(hottest.slice(0, 3).map(([, value]) => value))
      for (const { column, row, value } of hotspots) expect(now.cells.get(`${column} ${row}`)).toBe(value)
    }),
    { numRuns: 25 },
  )
})

test.each(['TOTAL', 'UNIQUE_VISITORS'])(
  'the curve of depths says how many saw each 100 pixels (%s)',
  async aggregation => {
    const { data, errors } = await askText<ScrollData>(
      served.origin,
      `query ($days: DayRange!, $aggregation: HeatAggregation) {
        pageHeatmap(projectId: "1", id: "ownerless") {
          heat(type: SCROLL_DEPTH, days: $days, aggregation: $aggregation, viewport: {}, columns: 50) {
            unit columns cellWidth cellHeight ${cells} fixed { total } fold { total }
            hotspots { value } scroll { depth reached share }
          }
        }
      }`,
      { days: week, aggregation },
    )
    expect(errors).toEqual([])
    const depths = interactions('scrolldepth', '/products/8', week).map(({ y, viewportHeight, visitor }) => ({
      bucket: Math.floor(((y + viewportHeight) * 16) / 100),
      visitor,
    }))
    const counted =
      aggregation === 'TOTAL'
        ? depths
        : depths.filter(
            (one, index) =>
              depths.findIndex(({ bucket, visitor }) => bucket === one.bucket && visitor === one.visitor) ===
              index,
          )
    const rows = Math.max(...depths.map(({ bucket }) => bucket)) + 1
    const reached = Array.from(
      { length: rows },
      (_, row) => counted.filter(({ bucket }) => bucket >= row).length,
    )
    expect(data.pageHeatmap.heat).toEqual({
      unit: aggregation === 'TOTAL' ? 'PAGE_VIEWS' : 'VISITORS',
      columns: 1,
      cellWidth: 1,
      cellHeight: 100,
      rows,
      values: reached,
      total: aggregation === 'TOTAL' ? depths.length : null,
      leftOut: 0,
      fixed: null,
      fold: null,
      hotspots: null,
      scroll: reached.map((count, row) => ({
        depth: row * 100,
        reached: count,
        share: count / counted.length,
      })),
    })
  },
)

interface ScrollData {
  readonly pageHeatmap: { readonly heat: object }
}

test('the fold tells what happened below the first screen', async () => {
  const { data } = await askText<{ pageHeatmap: { heat: Record<string, unknown> } }>(
    served.origin,
    `query ($days: DayRange!) { pageHeatmap(projectId: "1", id: "stuck") {
      heat(days: $days, viewport: { min: 1020, max: 1028 }) { total unit fold { total below belowShare medianViewportHeight } }
    } }`,
    { days: week },
  )
  const seen = interactions('click', '/products/2', week).filter(
    ({ x, y, viewportWidth, fixed }) => viewportWidth === 64 && !fixed && !(x === 0 && y === 0),
  )
  const below = seen.filter(({ y, viewportHeight }) => y > viewportHeight).length
  expect(below).toBeGreaterThan(0)
  expect(data.pageHeatmap.heat).toEqual({
    total: seen.length,
    unit: 'INTERACTIONS',
    fold: { total: seen.length, below, belowShare: below / seen.length, medianViewportHeight: 768 },
  })
})

test('days are refused by how many PostHog keeps there, as numbers and in images', async () => {
  await using longer = await serve({ environment: { POSTHOG_HEATMAP_DAYS: '400' } })
  const query = `query ($days: DayRange!) {
    pageHeatmap(projectId: "1", id: "ownerless") {
      heat(days: $days) { total }
      image(width: 1024, overlay: { days: $days }) { link }
    }
  }`
  const { data, errors } = await askText<{
    pageHeatmap: { heat: { total: number }; image: { link: string } }
  }>(longer.origin, query, { days: daysBefore(300, 60) })
  expect([errors, data.pageHeatmap.heat]).toEqual([[], { total: 0 }])
  expect((await fetch(data.pageHeatmap.image.link)).status).toBe(200)
  const refused = await askText(longer.origin, query, { days: daysBefore(300, 110) })
  expect(refused.errors[0]?.message).toMatch(
    /keeps heatmap data for 400 days: (overlay\.)?days\.from must be/,
  )
})
