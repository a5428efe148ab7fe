import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { openAccount } from '../../../src/account.ts'
import { Catalog } from '../../../src/catalog/catalog.ts'
import { readConfig } from '../../../src/config/config.ts'
import { createContext } from '../../../src/context.ts'
import type { HeatPage } from '../../../src/providers/posthog/client.ts'
import { lastDayOf, touchToday } from '../../../src/providers/posthog/heat-days.ts'
import { heatEndpoint } from '../../../src/providers/posthog/heat-endpoint.ts'
import { differenceOf, gridOf, hotspotsOf } from '../../../src/providers/posthog/heat-grid.ts'
import type { Heat, HeatQuestion } from '../../../src/providers/posthog/records.ts'
import { readHeat } from '../../../src/providers/posthog/whole-heat.ts'
import type { Emulator } from '../../../src/sandbox/emulator.ts'
import { servePosthog } from '../../../src/sandbox/posthog.ts'
import { RequestScope } from '../../../src/upstream/source/request-scope.ts'
import { daysBefore } from '../../support/heat-days.ts'
import { readExample } from '../../support/vendor-page.ts'
import { failureOf, wire } from '../../support/wiring.ts'

const scope = { kind: 'projects', id: '1' } as const
const question: HeatQuestion = {
  page: 'https://shop.example.com/',
  type: 'click',
  days: daysBefore(1, 7),
  viewport: { min: 1000, max: 1048 },
  aggregation: 'total',
}

describe('the points of a heat', () => {
  test('are those of the vendor, all of them although its own pages have five hundred', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    const everything = { ...question, type: 'mouseMove', viewport: { min: null, max: null } } as const
    const grid = await account.request().posthog.heatGrid({ scope, question: everything }, 100)
    expect(grid.values.filter(value => value > 0).length).toBeGreaterThan(500)
    expect(grid.total).toBe(grid.fold?.total)
    expect(emulator.journal.count()).toBe(1)
  })

  test("are read from the vendor's own examples, which differ in nothing from what is documented", async () => {
    await using emulator = await servePosthog()
    await using account = openAccount(readConfig(emulator.environment).providers, new Catalog())
    const { posthog } = createContext(account, new AbortController().signal).loaders
    const [points, depths] = ['heatmaps.json', 'heatmaps-scroll-depth.json']
    emulator.journal.script({ answer: { body: await readExample('posthog', points ?? '') }, times: 1 })
    expect(await posthog.heatGrid({ scope, question }, 10)).toMatchObject({
      ...{ rows: 0, total: 0, fixed: { rows: 0, total: 0 } },
      fold: { total: 0, below: 0, medianViewportHeight: 0 },
    })
    emulator.journal.script({ answer: { body: await readExample('posthog', depths ?? '') }, times: 1 })
    const { values, total } = await posthog.heatGrid(
      { scope, question: { ...question, type: 'scrollDepth' } },
      10,
    )
    expect(values).toEqual([...Array(11).fill(8), 6, 5, 4, 3, ...Array(4).fill(2)])
    expect(total).toBe(8)
    const health = account.providers.find(({ name }) => name === 'posthog')?.health
    expect(health?.drift.entries).toEqual([])
  })

  test('with a member that is not documented are read, and told as drift', async () => {
    await using emulator = await servePosthog()
    await using account = openAccount(readConfig(emulator.environment).providers, new Catalog())
    const { posthog } = createContext(account, new AbortController().signal).loaders
    const [point] = page(0, 1, false).results
    script(emulator, [{ ...page(0, 1, false), results: [{ ...point, pointer_z: 1 }] }])
    expect(await posthog.heatGrid({ scope, question }, 10)).toMatchObject({ total: 1 })
    const health = account.providers.find(({ name }) => name === 'posthog')?.health
    expect(health?.drift.entries).toMatchObject([
      { endpoint: 'GET /heatmaps', kind: 'UNKNOWN', path: 'results[].pointer_z' },
    ])
  })

  test('are read on to their end from a vendor that sends less at once', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    script(emulator, [page(0, 3, true), page(3, 5, true), page(5, 6, false)])
    const { values, total } = await account.request().posthog.heatGrid({ scope, question }, 100)
    expect([values.filter(value => value > 0).length, total]).toEqual([6, 6])
    expect(offsets(emulator)).toEqual([null, '3', '5'])
  })

  test.each([
    ['an empty last page', [page(0, 3, true, 3), page(3, 3, false, 3)], 3],
    ['a fold on one page only', [page(0, 3, true), { ...page(3, 6, false), fold: undefined }], 6],
    ['points out of the window, alike but for how far', [beside(-0.2), beside(-0.4, false)], 4],
  ])('that come in pages with %s are read once', async (_, pages, all) => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    script(emulator, pages)
    const { total, fold } = await account.request().posthog.heatGrid({ scope, question }, 100)
    expect([total, fold === null]).toEqual([all, false])
    expect(emulator.journal.count()).toBe(2)
  })

  test.each([
    ['a point came again', [page(0, 3, true), page(2, 5, false)]],
    ['nothing came where there was more', [page(0, 3, true), page(3, 3, false)]],
    ['there were more interactions', [page(0, 3, true), page(3, 5, false, 99)]],
  ])('that change while they are read are read once anew, past the cache: %s', async (_, changing) => {
    await using emulator = await servePosthog()
    await using account = openAccount(readConfig(emulator.environment).providers, new Catalog(), {
      cacheBytes: 10_000_000,
    })
    const read = async () => {
      const { loaders, costs } = createContext(account, new AbortController().signal)
      const { total } = await loaders.posthog.heatGrid({ scope, question }, 100)
      return [
        total,
        ...costs().map(({ usage: { planned, made, cached, repeated } }) => [planned, made, cached, repeated]),
      ]
    }
    script(emulator, [...changing, page(0, 3, true), page(3, 5, false)])
    expect(await read()).toEqual([5, [2, 2, 0, 2]])
    expect(await read()).toEqual([5, [2, 0, 2, 0]])
    expect(emulator.journal.count()).toBe(4)

    script(emulator, [...changing, ...changing])
    const other = { ...question, type: 'rageClick' } as const
    const { loaders } = createContext(account, new AbortController().signal)
    const error = await failureOf(loaders.posthog.heatGrid({ scope, question: other }, 100))
    expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', provider: 'posthog', retryable: true })
    expect(emulator.journal.count()).toBe(8)
  })

  test('are refused where there are more than anybody can draw, however the vendor sends them', async () => {
    const many = Array<number>(200_001).fill(0)
    const whole: HeatPage = {
      kind: 'points',
      points: { xs: many, ys: many, counts: many, fixed: many },
      fold: null,
      hasMore: false,
    }
    const scattered = async ({ offset }: { readonly offset: number }): Promise<HeatPage> => ({
      kind: 'points',
      points: { xs: [0], ys: [offset], counts: [1], fixed: [0] },
      fold: null,
      hasMore: true,
    })
    for (const ask of [vi.fn(async () => whole), vi.fn(scattered)]) {
      const scopeOf = RequestScope.alone('posthog', new AbortController().signal, 'test')
      const error = await failureOf(readHeat({ ask, askAfresh: ask }, { scope, question }, scopeOf))
      expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, isOverBound: true })
      expect(error.message).toContain('200,000 points')
      expect(ask.mock.calls.length).toBeLessThanOrEqual(51)
    }
  })

  test('without a count, or of another shape, are no points', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    const point = { pointer_y: 16, pointer_relative_x: 0.5, pointer_target_fixed: false }
    for (const body of [{ results: [point] }, { results: {} }, { results: [{ ...point, count: '1' }] }]) {
      script(emulator, [body])
      const error = await failureOf(account.request().posthog.heatGrid({ scope, question }, 100))
      expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', provider: 'posthog' })
    }
  })
})

test.each([
  ['https://shop.example.com', { url_exact: 'https://shop.example.com' }, '/'],
  ['https://shop.example.com/pricing/', { url_exact: 'https://shop.example.com/pricing/' }, '/pricing'],
  [
    'https://shop.example.com/products/*',
    { url_pattern: 'https://shop.example.com/products/*' },
    '/products/7',
  ],
  ['https://*.example.com/products/4', { url_pattern: 'https://*.example.com/products/4' }, '/products/4'],
  ['https://shop.example.com/search?q=*', { url_pattern: 'https://shop.example.com/search\\?q=*' }, null],
  ['https://shop.example.com/(a|b)?/.*', { url_pattern: 'https://shop.example.com/(a|b)?/.*' }, null],
  ['https://shop.example.com/search?q=a', { url_exact: 'https://shop.example.com/search?q=a' }, null],
])('the page %s is asked as PostHog takes it', async (page, parameters, path) => {
  await using emulator = await servePosthog()
  await using account = wire(emulator)
  const wide = { ...question, page, viewport: { min: null, max: null } }
  const load = (page: string) =>
    account.request().posthog.heatGrid({ scope, question: { ...wide, page } }, null)
  const { total } = await load(page)
  const [call] = emulator.journal.calls
  expect(Object.fromEntries(new URL(call?.path ?? '', emulator.origin).searchParams)).toEqual({
    type: 'click',
    date_from: question.days.from,
    date_to: daysBefore(2, 1).to,
    ...parameters,
    aggregation: 'total_count',
    limit: '0',
  })
  if (path === null) expect(total).toBe(0)
  else {
    const { total: alone } = await load(`https://shop.example.com${path}`)
    expect(alone).toBeGreaterThan(0)
    if (page.endsWith('*')) expect(total).toBeGreaterThan(alone ?? 0)
    else expect(total).toBe(alone)
  }
})

describe('days', () => {
  const noon = Date.parse('2026-11-29T12:00:00Z')

  test.each([
    ['2026-11-29', '2026-11-28', false],
    ['2026-11-30', '2026-11-29', true],
    ['2026-12-01', '2026-11-30', true],
    // It has not begun anywhere.
    ['2026-12-02', '2026-11-30', true],
    ['9999-12-31', '2026-11-30', true],
  ])('up to %s are asked up to %s', (to, last, isRunning) => {
    expect(lastDayOf({ from: '2026-11-01', to }, noon)).toBe(last)
    expect(touchToday({ from: '2026-11-01', to }, noon)).toBe(isRunning)
  })

  test.each([
    ['2026-11-30', 60, 30],
    ['2026-11-30', 10, 10],
    ['2026-11-29', 60, 3600],
    ['2026-11-29', 7200, 7200],
    ['2026-11-29', 0, 0],
    ['2026-11-30', 0, 0],
  ])('up to %s are kept, where other records are for %i s, for %i s', (to, others, seconds) => {
    const endpoint = heatEndpoint({ heat: vi.fn() }, others * 1000)
    const key = { scope, offset: 0, question: { ...question, days: { from: '2026-11-01', to } } }
    const value = { kind: 'scroll', buckets: { depths: [], counts: [] } } as const
    expect(endpoint.ttlOf(key, value, noon)).toBe(seconds * 1000)
  })
})

describe('a grid', () => {
  const points = fc.array(
    fc.record({
      x: fc.integer({ min: -3, max: 103 }),
      y: fc.oneof(fc.integer({ min: -50, max: 3000 }), fc.constant(1e6)),
      count: fc.integer({ min: 0, max: 1000 }),
      fixed: fc.integer({ min: 0, max: 1 }),
    }),
    { maxLength: 50 },
  )
  const heat = points.map(
    (points): Heat => ({
      kind: 'points',
      points: {
        xs: points.map(({ x }) => x),
        ys: points.map(({ y }) => y),
        counts: points.map(({ count }) => count),
        fixed: points.map(({ fixed }) => fixed),
      },
      fold: null,
    }),
  )
  const widths = fc.option(fc.integer({ min: 1, max: 10_000 }))
  const columns = fc.option(fc.integer({ min: 1, max: 100 }))

  test('holds every point once, and is bounded, whatever the vendor sends', () => {
    fc.assert(
      fc.property(heat, widths, widths, columns, (heat, one, other, columns) => {
        const [min, max] = one !== null && other !== null && one > other ? [other, one] : [one, other]
        const grid = gridOf(heat, { ...question, viewport: { min, max } }, columns)
        const layers = [grid, ...(grid.fixed ? [grid.fixed] : [])]
        expect(layers).toHaveLength(2)
        for (const { rows, values, total, leftOut } of layers) {
          expect(values).toHaveLength(rows * grid.columns)
          expect(rows).toBeLessThanOrEqual(2000)
          expect(values.reduce((sum, value) => sum + value, leftOut)).toBe(total)
        }
        expect(grid.columns).toBe(columns ?? grid.columns)
        expect(grid.cellHeight % 16).toBe(0)
        if (columns === null) expect(100 % grid.columns).toBe(0)
      }),
    )
    const tall: Heat = {
      kind: 'points',
      points: { xs: [0, 0], ys: [2000 * 16 - 1, 2000 * 16], counts: [1, 2], fixed: [0, 0] },
      fold: null,
    }
    expect(gridOf(tall, question, 100)).toMatchObject({ rows: 2000, total: 3, leftOut: 2 })
  })

  test('less another is what has to be added to that one', () => {
    fc.assert(
      fc.property(heat, heat, columns, fc.integer({ min: 1, max: 100 }), (now, before, columns, top) => {
        const [grid, other] = [gridOf(now, question, columns), gridOf(before, question, columns)]
        const difference = differenceOf(grid, other)
        expect(difference).toMatchObject({ columns: grid.columns, cellHeight: grid.cellHeight })
        const sums = difference.values.map((value, index) => (other.values[index] ?? 0) + value)
        expect(sums).toEqual(difference.values.map((_, index) => grid.values[index] ?? 0))
        expect((other.total ?? 0) + (difference.total ?? 0)).toBe(grid.total)
        const spots = hotspotsOf(difference, difference, top)
        const sizes = difference.values.map(Math.abs).filter(size => size > 0)
        expect(spots.map(({ value }) => Math.abs(value))).toEqual(
          sizes.sort((one, other) => other - one).slice(0, top),
        )
      }),
      { numRuns: 25 },
    )
  })
})

/** One point out of the window and one in it. */
function beside(x: number, hasMore = true) {
  const { results, ...rest } = page(hasMore ? 0 : 1, hasMore ? 1 : 2, hasMore, 4)
  return { ...rest, results: [{ ...results[0], pointer_relative_x: x }, ...results] }
}

/** Points from `start` to before `end`, none of which is another one. */
function page(start: number, end: number, hasMore: boolean, total = 6) {
  const results = Array.from({ length: end - start }, (_, index) => ({
    count: 1,
    pointer_y: Math.floor((start + index) / 100) * 16,
    pointer_relative_x: ((start + index) % 100) / 100,
    pointer_target_fixed: false,
  }))
  const fold = { total_count: total, below_fold_count: 0, pct_below_fold: 0, median_viewport_height: null }
  return { results, fold, has_more: hasMore }
}

function script({ journal }: Emulator, pages: readonly object[]): void {
  for (const body of pages) journal.script({ answer: { body }, times: 1 })
}

function offsets({ journal, origin }: Emulator): (string | null)[] {
  return journal.calls.map(({ path }) => new URL(path, origin).searchParams.get('offset'))
}
