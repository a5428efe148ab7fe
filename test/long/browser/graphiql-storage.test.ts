import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { installChromium, openChromium } from '../../browser/chromium.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { serve } from '../../support/serving.ts'
import {
  activeTab,
  costsAlone,
  names,
  openTab,
  run,
  shown,
  stored,
  tabNames,
  write,
} from './graphiql-page.ts'

beforeAll(installChromium, installMilliseconds)
afterEach(() => {
  vi.useRealTimers()
})
vi.setConfig({ testTimeout: 120_000 })

describe('GraphiQL, in a browser that was there before,', () => {
  test('asks until the end of yesterday, whenever the visitor was here before, and keeps what he wrote', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    const yesterday = new Date('2026-02-01T12:00:00Z')
    const today = new Date('2026-02-02T12:00:00Z')
    const endOf = (visited: Date) => `"end":"${visited.toISOString().slice(0, 10)}T00:00:00.000Z"`

    vi.setSystemTime(yesterday)
    await page.goto(`${served.origin}/graphql`)
    await expect.poll(() => shown(page, 'Variables')).toContain(endOf(yesterday))
    await page.getByRole('button', { name: 'New tab' }).click()
    await write(page, 'Operation Editor', 'query Mine { providers { name } }')
    await stored(page, 'query Mine')

    vi.setSystemTime(today)
    await page.goto(`${served.origin}/graphql`)
    expect(await tabNames(page)).toEqual([...names, 'Mine'])
    expect(await activeTab(page)).toBe('EverythingAtOnce')
    await expect.poll(() => shown(page, 'Variables')).toContain(endOf(today))
    await openTab(page, 'Mine')
    expect(await run(page, 'Mine')).toMatchObject({ data: { providers: expect.anything() } })
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })

  test('keeps the variables that a visitor changed when it prepares its tabs anew', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    vi.setSystemTime(new Date(Date.now() - 86_400_000))
    await page.goto(`${served.origin}/graphql`)
    await openTab(page, 'Traffic')
    const changed = '{"range":{"start":"2026-01-01T00:00:00Z","end":"2026-01-02T00:00:00Z"}}'
    await write(page, 'Variables', changed)
    await stored(page, '2026-01-02')

    vi.useRealTimers()
    await page.goto(`${served.origin}/graphql`)
    expect(await tabNames(page)).toEqual([...names, 'Traffic'])
    await page.getByRole('button', { name: 'Traffic', exact: true }).last().click()
    await expect.poll(() => shown(page, 'Variables')).toBe(changed)
  })

  test('is as the visitor left it on the same day', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    vi.setSystemTime('2026-02-02T12:00:00Z')
    await page.goto(`${served.origin}/graphql`)
    await page.getByRole('tab', { name: 'StoreFloor' }).hover()
    await page.getByRole('tab', { name: 'StoreFloor' }).getByRole('button', { name: 'Close Tab' }).click()
    await openTab(page, 'Website')
    await page.waitForFunction(`!localStorage['graphiql:tabState'].includes('query StoreFloor')`)
    await page.waitForFunction(`localStorage['graphiql:query'].includes('query Website')`)
    await page.waitForFunction(`localStorage['graphiql:variables'] === '{}'`)

    await page.reload()
    expect(await tabNames(page)).toEqual(names.filter(name => name !== 'StoreFloor'))
    expect(await activeTab(page)).toBe('Website')
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })

  test('shows its tabs to a browser in which another GraphiQL left its own at this address', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    const foreign = {
      id: '1',
      hash: null,
      title: 'Foreign',
      query: 'query Foreign { somethingElse }',
      variables: '{"a":1}',
      headers: '{"authorization":"Bearer x"}',
      operationName: 'Foreign',
      response: null,
    }
    await page.goto(`${served.origin}/healthz`)
    await page.evaluate(items => Object.assign(localStorage, items), {
      'graphiql:tabState': JSON.stringify({ activeTabIndex: 0, tabs: [foreign] }),
      'graphiql:query': foreign.query,
      'graphiql:variables': foreign.variables,
      'graphiql:headers': foreign.headers,
    })

    await page.goto(`${served.origin}/graphql`)
    expect(await tabNames(page)).toEqual([...names, 'Foreign'])
    expect(await activeTab(page)).toBe('EverythingAtOnce')
    expect(await run(page, 'EverythingAtOnce')).toEqual({
      data: expect.anything(),
      extensions: costsAlone,
    })
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })
})
