import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startIsotherm } from '../../src/isotherm.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { installMilliseconds } from '../debian-package.ts'
import { serve } from '../serving.ts'
import { installChromium, openChromium } from './chromium.ts'

beforeAll(installChromium, installMilliseconds)
afterEach(() => {
  vi.useRealTimers()
})
vi.setConfig({ testTimeout: 120_000 })

/** The prepared tabs, each with the vendors whose data its answer holds. */
const tabs = {
  EverythingAtOnce: ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'],
  StoreFloor: ['aura-vision'],
  Traffic: ['analytiks'],
  Website: ['posthog', 'zenovay'],
  ReplaySnapshots: ['zenovay', 'datadog'],
}
const names = Object.keys(tabs)

/** What stands beside real data. */
const costsAlone = { upstream: expect.anything(), freshness: expect.anything() }

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
    await documentation.getByText('One query may touch all five vendors.').waitFor()
    await documentation.getByRole('link', { name: 'LocationConnection', exact: true }).click()
    await documentation.getByText('A page of locations.').waitFor()
    expect(visit).toMatchObject({ outside: [], complaints: [] })
  })

  test('asks until the end of yesterday, whenever the visitor was here before, and keeps what he wrote', async () => {
    await using served = await serve()
    await using visit = await openChromium()
    const { page } = visit
    const today = new Date()
    const yesterday = new Date(today.getTime() - 86_400_000)
    const endOf = (visited: Date) => `"end":"${visited.toISOString().slice(0, 10)}T00:00:00.000Z"`

    vi.setSystemTime(yesterday)
    await page.goto(`${served.origin}/graphql`)
    await expect.poll(() => shown(page, 'Variables')).toContain(endOf(yesterday))
    await page.getByRole('button', { name: 'New tab' }).click()
    await write(page, 'Operation Editor', 'query Mine { providers { name } }')
    await stored(page, 'query Mine')

    vi.useRealTimers()
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

async function tabNames(page: Page): Promise<string[]> {
  await page.locator('.graphiql-tab-button').first().waitFor()
  return page.locator('.graphiql-tab-button').allInnerTexts()
}

function activeTab(page: Page): Promise<string> {
  return page.locator('.graphiql-tab-active .graphiql-tab-button').innerText()
}

/** Picks a tab by one click, and waits until GraphiQL has read its query, which it then tells in the address. */
async function openTab(page: Page, name: string): Promise<void> {
  if ((await activeTab(page)) === name) return
  await page.getByRole('button', { name, exact: true }).click()
  await page.waitForURL(url => url.searchParams.get('query')?.includes(`query ${name}`) ?? false)
}

/** Clicks the execute button and waits until the answer stands in the result pane. */
async function run(page: Page, name: string): Promise<unknown> {
  const answered = page.waitForResponse(response => {
    const request = response.request()
    return request.method() === 'POST' && request.postDataJSON().operationName === name
  })
  await page.locator('.graphiql-execute-button').click()
  const answer: unknown = await (await answered).json()
  expect(answer).not.toHaveProperty('errors')
  const text = JSON.stringify(answer).replaceAll(/\s/g, '')
  const seen = async () => {
    const pane = await shown(page, 'Result Window')
    return pane.startsWith('{"data":') && text.startsWith(pane)
  }
  await expect.poll(seen, { timeout: 30_000 }).toBe(true)
  return answer
}

/** What an editor shows of its text, without its white space. */
function shown(page: Page, section: string): Promise<string> {
  const lines = `[...document.querySelectorAll('[aria-label="${section}"] .view-line')]`
  return page.evaluate(
    `${lines}.sort((one, other) => one.offsetTop - other.offsetTop).map(line => line.textContent).join('').replaceAll(/\\s/g, '')`,
  )
}

/** Replaces an editor's text. */
async function write(page: Page, section: string, text: string): Promise<void> {
  await page.locator(`[aria-label="${section}"] .view-lines`).first().click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

/** Waits until GraphiQL has stored a text in one of its tabs. */
async function stored(page: Page, text: string): Promise<void> {
  await page.waitForFunction(`localStorage['graphiql:tabState'].includes(${JSON.stringify(text)})`)
}

function forgetCalls({ auraVision, posthog, analytiks, zenovay, datadog }: Sandbox): void {
  for (const { journal } of [auraVision, posthog, analytiks, zenovay, datadog]) journal.clear()
}

function vendorsAsked({ auraVision, posthog, analytiks, zenovay, datadog }: Sandbox): string[] {
  return [auraVision, posthog, analytiks, zenovay, datadog]
    .filter(({ journal }) => journal.count() > 0)
    .map(({ provider }) => provider)
}
