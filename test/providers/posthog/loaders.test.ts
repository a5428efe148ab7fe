import { describe, expect, test } from 'vitest'
import { openAccount } from '../../../src/account.ts'
import { Catalog } from '../../../src/catalog/catalog.ts'
import { readConfig } from '../../../src/config/config.ts'
import { createContext } from '../../../src/context.ts'
import type { HeatType } from '../../../src/providers/posthog/records.ts'
import type { Emulator } from '../../../src/sandbox/emulator.ts'
import { servePosthog } from '../../../src/sandbox/posthog.ts'
import { madeUpHeatmaps } from '../../../src/sandbox/posthog-heatmaps.ts'
import { type Ask, providerConformance } from '../../support/conformance.ts'
import { answer, httpFailures, rubbish } from '../../support/failures.ts'
import { daysBefore } from '../../support/heat-days.ts'
import { failureOf, onlyOnce, wire } from '../../support/wiring.ts'

const image = async () => new Uint8Array([0xff, 0xd8])
const shop = { kind: 'projects', id: '1' } as const
const saved = madeUpHeatmaps(new Date('2026-08-01T12:00:00Z'))
const listed = saved
  .filter(({ projectId, heatmap }) => projectId === '1' && !heatmap.deleted)
  .map(({ heatmap }) => heatmap)
const [first = '', second = '', third = ''] = listed.map(heatmap => heatmap.id)
const [elsewhere = ''] = saved.filter(kept => kept.projectId === '2').map(kept => kept.heatmap.id)

providerConformance({
  name: 'posthog',
  serve: () => servePosthog({ image }),
  questions: {
    'GET /api/projects/:project_id/saved{/}?': {
      ask: heatmap(first),
      other: heatmap(elsewhere, '2'),
      merged: {
        asks: [
          heatmap(first),
          heatmap(second),
          heatmap(elsewhere, '2'),
          heatmap(third),
          async ({ posthog }) => (await posthog.savedHeatmaps(shop).until(() => false)).rows,
        ],
        calls: 2,
      },
    },
    'GET /api/projects/:project_id/saved/:short_id{/}?': {
      ask: heatmap('failed'),
      other: heatmap('stuck'),
      merged: { asks: [heatmap('failed'), heatmap('stuck')], calls: 2 },
    },
    'GET /api/projects/:project_id/heatmap_screenshots/:id/content{/}?': {
      ask: screenshot(first, 768),
      other: screenshot(first, 1024),
      merged: { asks: [screenshot(first, 768), screenshot(first, 1024)], calls: 2 },
      // Of an answer with status 200 the body is not read.
      failures: {
        ...httpFailures,
        ...rubbish(202),
        'a page in place of an image': {
          fault: answer(200),
          error: { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false },
        },
      },
      tooLarge: { answer: { status: 202, body: 'x'.repeat(1025) } },
    },
    'GET /api/projects/:project_id/heatmaps{/}?': {
      ask: heat('click'),
      other: heat('click', '2'),
      merged: {
        asks: [
          heat('click'),
          heat('click', '1', 10),
          heat('mouseMove'),
          heat('scrollDepth'),
          heat('click', '2'),
        ],
        calls: 4,
      },
    },
  },
})

describe('metadata', () => {
  test('of any number of heatmaps by UUID costs one list call, by short id one call each', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    const { posthog } = account.request()
    const ids = [...listed.map(heatmap => heatmap.id), 'stuck', 'failed', 'stuck']
    const heatmaps = await Promise.all(ids.map(id => posthog.heatmaps.load({ scope: shop, id })))
    expect(heatmaps.slice(0, listed.length).map(heatmap => heatmap.shortId)).toEqual(
      listed.map(heatmap => heatmap.short_id),
    )
    expect(heatmaps.slice(listed.length).map(heatmap => heatmap.shortId)).toEqual([
      'stuck',
      'failed',
      'stuck',
    ])
    expect(paths(emulator).toSorted()).toEqual([
      '/api/projects/1/saved/?limit=500&offset=0',
      '/api/projects/1/saved/failed/',
      '/api/projects/1/saved/stuck/',
    ])
  })

  test('of the same id in a project and its environment is asked of each', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    const { posthog } = account.request()
    const scopes = [shop, { kind: 'environments', id: '1' }] as const
    const load = (id: string) => Promise.all(scopes.map(scope => posthog.heatmaps.load({ scope, id })))
    const [one, other] = await load(first)
    expect(one).toEqual(other)
    await load('stuck')
    expect(paths(emulator).toSorted()).toEqual([
      '/api/environments/1/saved/?limit=500&offset=0',
      '/api/environments/1/saved/stuck/',
      '/api/projects/1/saved/?limit=500&offset=0',
      '/api/projects/1/saved/stuck/',
    ])
  })

  test('of a UUID in capitals is found like any other', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    const { posthog } = account.request()
    const heatmap = await posthog.heatmaps.load({ scope: shop, id: first.toUpperCase() })
    expect(heatmap.id).toBe(first)
    expect(emulator.journal.count()).toBe(1)
  })

  test('that the list hides is what the content route tells of it', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    const id = '497f6eca-6276-4993-bfeb-53cbbbba6f08'
    expect(await account.request().posthog.heatmaps.load({ scope: shop, id })).toMatchObject({
      id,
      deleted: true,
    })
    expect(emulator.journal.count()).toBe(2)
  })

  test.each([
    ['a deleted heatmap', saved.find(({ heatmap }) => heatmap.deleted)?.heatmap.id ?? ''],
    ['no heatmap', '00000000-0000-4000-8000-000000000000'],
    ['a heatmap of another project', elsewhere],
    ['an unknown short id', 'nowhere'],
  ])('of %s is not found', async (_, id) => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    const error = await failureOf(account.request().posthog.heatmaps.load({ scope: shop, id }))
    expect(error).toMatchObject({ code: 'UPSTREAM_NOT_FOUND', provider: 'posthog' })
  })

  test('that the list hides although there is an image is not found', async () => {
    await using emulator = await servePosthog({ image })
    await using account = wire(emulator)
    emulator.journal.script({ answer: { body: { results: [], count: 0 } }, times: 1 })
    const error = await failureOf(account.request().posthog.heatmaps.load({ scope: shop, id: first }))
    expect(error).toMatchObject({ code: 'UPSTREAM_NOT_FOUND', provider: 'posthog' })
  })

  test('of heatmaps that were saved after the list was cached is read past the cache, once', async () => {
    await using emulator = await servePosthog({ image })
    const settings = readConfig(emulator.environment).providers
    await using account = openAccount(settings, new Catalog(), { cacheBytes: 10_000_000 })
    const request = () => createContext(account, new AbortController().signal).loaders.posthog
    emulator.journal.script({ answer: { body: { results: [{ id: first }], count: 1 } }, times: 1 })
    await request().heatmaps.load({ scope: shop, id: first })
    const { heatmaps } = request()
    const later = await Promise.all([second, third].map(id => heatmaps.load({ scope: shop, id })))
    expect(later.map(({ id }) => id)).toEqual([second, third])
    expect(paths(emulator).filter(path => path.includes('/saved/'))).toHaveLength(2)
    await request().heatmaps.load({ scope: shop, id: second })
    expect(emulator.journal.count()).toBe(4)
  })

  test('of a heatmap that the list hides is not asked past the cache with each request', async () => {
    await using emulator = await servePosthog({ image })
    const settings = readConfig(emulator.environment).providers
    await using account = openAccount(settings, new Catalog(), { cacheBytes: 10_000_000 })
    const route = 'GET /api/projects/:project_id/saved{/}?'
    emulator.journal.script({ route, answer: { body: { results: [], count: 0 } } })
    for (const calls of [3, 3, 3]) {
      const { heatmaps } = createContext(account, new AbortController().signal).loaders.posthog
      const error = await failureOf(heatmaps.load({ scope: shop, id: first }))
      expect(error).toMatchObject({ code: 'UPSTREAM_NOT_FOUND' })
      expect(emulator.journal.count()).toBe(calls)
    }
  })
})

describe('the list of saved heatmaps', () => {
  test('is read page by page, no further than somebody asks', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    script(emulator, [page(0, 500, 700), page(500, 700, 700)])
    const { posthog } = account.request()
    expect(await posthog.heatmaps.load({ scope: shop, id: uuid(499) })).toMatchObject({ id: uuid(499) })
    expect(paths(emulator)).toEqual(['/api/projects/1/saved/?limit=500&offset=0'])
    expect(await posthog.heatmaps.load({ scope: shop, id: uuid(699) })).toMatchObject({ id: uuid(699) })
    const { rows, hasEnded } = await posthog.savedHeatmaps(shop).until(() => false)
    expect([rows.map(row => row.id), hasEnded]).toEqual([page(0, 700, 700).results.map(row => row.id), true])
    expect(paths(emulator).slice(1)).toEqual(['/api/projects/1/saved/?limit=500&offset=500'])
  })

  test('is read on from where an upstream stops that hands out less at once', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    script(emulator, [page(0, 3, 5), page(3, 5, 5)])
    const { rows } = await account
      .request()
      .posthog.savedHeatmaps(shop)
      .until(() => false)
    expect(rows).toHaveLength(5)
    expect(paths(emulator)[1]).toBe('/api/projects/1/saved/?limit=500&offset=3')
  })

  test.each([
    ['a row was added', [page(0, 500, 700), page(499, 700, 701)]],
    ['a row was updated', [page(0, 500, 700), page(499, 699, 700)]],
    ['a row was removed', [page(0, 500, 700), page(501, 700, 699)]],
    ['nothing came where rows were left', [page(0, 500, 700), page(0, 0, 700)]],
    ['more came than there are', [page(0, 500, 700), page(500, 701, 700)]],
    ['a page held a row twice', [twice(page(0, 500, 700))]],
  ])('that changed while it was read is read once anew: %s', async (_, pages) => {
    await using emulator = await servePosthog()
    await using account = wire(emulator)
    script(emulator, [...pages, page(100, 600, 620), page(600, 720, 620)])
    const walk = account.request().posthog.savedHeatmaps(shop)
    const { rows, hasEnded } = await walk.until(() => false)
    expect([rows.map(({ id }) => id), hasEnded]).toEqual([
      page(100, 720, 620).results.map(({ id }) => id),
      true,
    ])
    expect(emulator.journal.count()).toBe(pages.length + 2)

    script(emulator, [...pages, ...pages])
    const again = account.request().posthog.savedHeatmaps(shop)
    const error = await failureOf(again.until(() => false))
    expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', provider: 'posthog', retryable: true })
    expect(emulator.journal.count()).toBe(3 * pages.length + 2)
  })

  test('costs what was planned, and the pages that are read anew are repeated', async () => {
    await using emulator = await servePosthog()
    const settings = readConfig(emulator.environment).providers
    await using account = openAccount(settings, new Catalog(), { cacheBytes: 10_000_000 })
    const read = async (enough: number) => {
      const { loaders, costs } = createContext(account, new AbortController().signal)
      await loaders.posthog.savedHeatmaps(shop).until(rows => rows.length >= enough)
      return costs().map(({ usage: { planned, made, cached, repeated } }) => [
        planned,
        made,
        cached,
        repeated,
      ])
    }
    script(emulator, [page(0, 500, 700), page(499, 700, 701), page(0, 500, 701), page(500, 701, 701)])
    expect(await read(701)).toEqual([[2, 2, 0, 2]])
    expect(await read(701)).toEqual([[2, 0, 2, 0]])
  })

  test('whose kept pages do not go together is read once anew, and then kept so', async () => {
    await using emulator = await servePosthog()
    const settings = readConfig(emulator.environment).providers
    await using account = openAccount(settings, new Catalog(), { cacheBytes: 10_000_000 })
    const read = async (enough: number) => {
      const { posthog } = createContext(account, new AbortController().signal).loaders
      return (await posthog.savedHeatmaps(shop).until(rows => rows.length >= enough)).rows.length
    }
    script(emulator, [page(0, 500, 700), page(499, 700, 701), page(0, 500, 701), page(500, 701, 701)])
    expect(await read(500)).toBe(500)
    expect(await read(700)).toBe(701)
    expect(emulator.journal.count()).toBe(4)
    expect(await read(700)).toBe(701)
    expect(emulator.journal.count()).toBe(4)
  })

  test('fails where a page fails, for whoever needs that page', async () => {
    await using emulator = await servePosthog()
    await using account = wire(emulator, onlyOnce)
    script(emulator, [page(0, 500, 700)])
    emulator.journal.script({ answer: { status: 500 }, times: 1 })
    const { posthog } = account.request()
    const outcomes = await Promise.allSettled(
      [uuid(0), uuid(500), uuid(600)].map(id => posthog.heatmaps.load({ scope: shop, id })),
    )
    expect(outcomes).toMatchObject([
      { value: { id: uuid(0) } },
      { reason: { code: 'UPSTREAM_UNAVAILABLE' } },
      { reason: { code: 'UPSTREAM_UNAVAILABLE' } },
    ])
    expect(emulator.journal.count()).toBe(2)
  })
})

/** Rows from `start` to before `end` of a list of `count`. */
function page(start: number, end: number, count: number) {
  const results = Array.from({ length: end - start }, (_, index) => ({ id: uuid(start + index) }))
  return { results, count }
}

function twice({ results, count }: ReturnType<typeof page>): ReturnType<typeof page> {
  return { results: [...results.slice(1), ...results.slice(1, 2)], count }
}

function uuid(row: number): string {
  return `00000000-0000-4000-8000-${String(row).padStart(12, '0')}`
}

function script({ journal }: Emulator, pages: readonly object[]): void {
  for (const body of pages) journal.script({ answer: { body }, times: 1 })
}

function paths({ journal }: Emulator): string[] {
  return journal.calls.map(call => call.path)
}

function heatmap(id: string, projectId = '1'): Ask {
  return ({ posthog }) => posthog.heatmaps.load({ scope: { kind: 'projects', id: projectId }, id })
}

function heat(type: HeatType, projectId = '1', columns: number | null = null): Ask {
  const page = projectId === '1' ? 'https://shop.example.com/' : 'https://help.example.com/'
  const viewport = { min: null, max: null }
  const question = { page, type, days: daysBefore(1, 5), viewport, aggregation: 'total' } as const
  return ({ posthog }) => posthog.heatGrid({ scope: { kind: 'projects', id: projectId }, question }, columns)
}

function screenshot(uuid: string, width: number): Ask {
  return ({ posthog }) => posthog.screenshots.load({ scope: { kind: 'projects', id: '1' }, uuid, width })
}
