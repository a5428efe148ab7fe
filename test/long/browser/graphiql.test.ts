import { beforeAll, describe, expect, test, vi } from 'vitest'
import { startIsotherm } from '../../../src/isotherm.ts'
import type { Sandbox } from '../../../src/sandbox.ts'
import { installChromium, openChromium } from '../../browser/chromium.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { serve } from '../../support/serving.ts'
import { activeTab, costsAlone, names, openTab, run, shown, tabNames, tabs } from './graphiql-page.ts'

beforeAll(installChromium, installMilliseconds)
vi.setConfig({ testTimeout: 120_000 })

describe('GraphiQL', () => {
  test('answers every prepared tab as it stands, from nowhere but this machine', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    await page.goto(`${served.origin}/graphql`)
    expect(await page.title()).toBe('Isotherm')
    expect(await tabNames(page)).toEqual(names)

    for (const [name, vendors] of Object.entries(tabs)) {
      forgetCalls(served.sandbox)
      await openTab(page, name)
      const answer = await run(page, name)
      expect(answer).toEqual({ data: expect.anything(), extensions: costsAlone })
      expect(vendorsAsked(served.sandbox), name).toEqual(vendors)
    }
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })

  test('does so of made-up data too, and says that it is made up', async () => {
    await using isotherm = await startIsotherm({ PORT: '0' })
    await using visit = await openChromium()
    const { page } = visit
    await page.goto(`${isotherm.origin}/graphql`)
    expect(await tabNames(page)).toEqual(names)

    for (const [name, vendors] of Object.entries(tabs)) {
      await openTab(page, name)
      const answer = await run(page, name)
      expect(answer).toEqual({
        data: expect.anything(),
        extensions: expect.objectContaining({ sandbox: vendors }),
      })
    }
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })

  test('opens the picture that a link of the store floor leads to', async () => {
    await using isotherm = await startIsotherm({ PORT: '0' })
    await using visit = await openChromium()
    const { page } = visit
    await page.goto(`${isotherm.origin}/graphql`)
    await openTab(page, 'StoreFloor')
    await run(page, 'StoreFloor')

    const pictures = page.context().waitForEvent('response')
    await page
      .locator('.result-window .detected-link')
      .first()
      .click({ modifiers: ['ControlOrMeta'] })
    const picture = await pictures
    expect(picture.status()).toBe(200)
    expect(picture.headers()['content-type']).toBe('image/png')
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })

  test('picks a tab by a click that is not quite still', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    await page.goto(`${served.origin}/graphql`)
    await tabNames(page)
    const tab = await page.getByRole('button', { name: 'StoreFloor', exact: true }).boundingBox()
    if (!tab) throw new Error('The tab is nowhere')
    await page.mouse.move(tab.x + 20, tab.y + 10)
    await page.mouse.down()
    await page.mouse.move(tab.x + 60, tab.y + 14, { steps: 8 })
    await page.mouse.up()
    await page.waitForURL(url => url.searchParams.get('query')?.includes('query StoreFloor') ?? false)
    expect(await tabNames(page)).toEqual(names)
    expect(await activeTab(page)).toBe('StoreFloor')
  })

  test('documents the schema', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    await page.goto(`${served.origin}/graphql`)
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    const documentation = page.locator('.graphiql-plugin')
    await documentation.getByRole('link', { name: 'Query', exact: true }).click()
    await documentation.getByText('One query may use all five vendors.').waitFor()
    await documentation.getByRole('link', { name: 'LocationConnection', exact: true }).click()
    await documentation.getByText('A page of locations.').waitFor()
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })

  test('opens a query that a link carries, behind the prepared tabs', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    const query = 'query Shared { providers { name } }'
    await page.goto(`${served.origin}/graphql?${new URLSearchParams({ query })}`)
    expect(await tabNames(page)).toEqual([...names, 'Shared'])
    expect(await run(page, 'Shared')).toMatchObject({ data: { providers: expect.anything() } })
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })

  test('opens a query with the variables of its link, those of its tab, or none', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    const query = 'query Linked($first: Int) { locations(first: $first) { nodes { id } } }'
    const open = async (params: Record<string, string>) => {
      await page.goto(`${served.origin}/graphql?${new URLSearchParams(params)}`)
      await tabNames(page)
    }
    const shows = async (tab: string, variables: string) => {
      expect(await activeTab(page)).toBe(tab)
      await expect.poll(() => shown(page, 'Variables')).toBe(variables)
    }
    await open({ query, variables: '{"first":1}' })
    await shows('Linked', '{"first":1}')
    expect(await run(page, 'Linked')).toMatchObject({ data: { locations: { nodes: [expect.anything()] } } })
    await open({ query, variables: '{"first":2}' })
    await shows('Linked', '{"first":2}')
    expect(await run(page, 'Linked')).toMatchObject({
      data: { locations: { nodes: [expect.anything(), expect.anything()] } },
    })
    expect(await tabNames(page)).toEqual([...names, 'Linked', 'Linked'])

    await open({ query: 'query Bare { providers { name } }' })
    await shows('Bare', '')
    await openTab(page, 'Traffic')
    const traffic = new URL(page.url()).searchParams.get('query') ?? ''
    await open({ query: 'query Bare { providers { name } }' })
    await shows('Bare', '')
    await open({ query: traffic })
    expect(await activeTab(page)).toBe('Traffic')
    await expect.poll(() => shown(page, 'Variables')).toContain('"range"')
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })
})

test('a page that asks for something elsewhere is found out', async () => {
  await using served = await serve()
  await using visit = await openChromium()
  const { page } = visit
  await page.goto(`${served.origin}/healthz`)
  const ask = `fetch('https://elsewhere.example/page').catch(() => 'refused')`
  const work = `fetch('https://elsewhere.example/worker').catch(() => 'refused').then(postMessage)`
  expect(await page.evaluate(ask)).toBe('refused')
  await page.evaluate(
    `new Promise(done => new Worker(URL.createObjectURL(new Blob([${JSON.stringify(work)}]))).onmessage = done)`,
  )
  await page.evaluate(
    `new Promise(done => new WebSocket('wss://elsewhere.example/socket').onclose = () => done())`,
  )
  expect(visit.outside).toEqual([
    'https://elsewhere.example/page',
    'https://elsewhere.example/worker',
    'wss://elsewhere.example/socket',
  ])
  expect(visit.complaints).not.toEqual([])
})

function forgetCalls({ emulators }: Sandbox): void {
  for (const { journal } of emulators) journal.clear()
}

function vendorsAsked({ emulators }: Sandbox): string[] {
  return emulators.filter(({ journal }) => journal.count() > 0).map(({ provider }) => provider)
}
