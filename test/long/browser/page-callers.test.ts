import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { scopes } from '../../../src/access/scopes.ts'
import { installChromium } from '../../browser/chromium.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { type Guarded, serveGuarded, someCaller } from '../../support/guarded.ts'
import { shown } from './graphiql-page.ts'
import { axeFindings, inBrowser, openView, settled, tableTexts } from './page.ts'

beforeAll(installChromium, installMilliseconds)
vi.setConfig({ testTimeout: 120_000 })

const all = someCaller('all', ['one'])
const reader = someCaller('reader', ['one'], { scopes: scopes.filter(scope => scope !== 'snapshots:write') })
const several = someCaller('several', ['one', 'two'])
const visitor = someCaller('visitor', ['one'], { scopes: ['pages:read', 'heatmaps:read'] })

const resources = new AsyncDisposableStack()
let served: Guarded
beforeAll(async () => {
  const callers = [all, reader, visitor, several].map(({ entry }) => entry)
  const accounts = ['one', 'two'].map(id => ({ id, variables: `${id.toUpperCase()}_` }))
  served = resources.use(await serveGuarded({ accounts, callers }))
})
afterAll(() => resources.disposeAsync())

const snapshots = 'The replay snapshots of the page'

async function typeKey(page: Page, key: string) {
  await page.locator('#key-box').evaluate(box => box.setAttribute('open', ''))
  await page.getByLabel('Key or token').fill(key)
  await page.getByLabel('Key or token').press('Enter')
  await expect.poll(() => page.locator('main').getAttribute('aria-busy'), { timeout: 30_000 }).toBe('false')
}

function outcome(page: Page) {
  return page.getByRole('region', { name: 'Replay snapshots' }).locator('[role=status]').first()
}

test('without a key a sentence asks for one; with it there are numbers, and files and GraphiQL open by a ticket', () =>
  inBrowser('key', async ({ page, outside }) => {
    await openView(page, served.origin, '')
    expect(await page.locator('.failure').innerText()).toMatch(/Type your key/)
    expect(await page.locator('#key-box').getAttribute('open')).toBe('')
    expect(await axeFindings(page)).toEqual([])
    await typeKey(page, all.key)
    await settled(page)
    const table = await tableTexts(page, 'Visits of each store, and of the same period before')
    expect(table.filter(([, visits]) => /^[\d,]+$/.test(visits ?? ''))).toHaveLength(12)
    for (const [name, begin] of [
      ['CSV', /^[\w-]+,/],
      ['Parquet', /^PAR1/],
    ] as const) {
      const downloading = page.waitForEvent('download')
      await page.getByRole('link', { name }).press('Enter')
      const text = await new Response((await (await downloading).createReadStream()) as never).text()
      expect(text).toMatch(begin)
    }
    await page.getByRole('link', { name: 'Show the query' }).press('Enter')
    await page.waitForURL(/\/graphql/)
    await page.locator('.graphiql-execute-button').waitFor({ timeout: 60_000 })
    await expect.poll(() => shown(page, 'Operation Editor'), { timeout: 30_000 }).toContain('queryStores(')
    expect(await shown(page, 'Variables')).toContain('"last":"P7D"')
    expect(outside).toEqual([])
  }))

test('an account is named after the key, which only Forget ends, and no odd key looks like an outage', () =>
  inBrowser('several accounts', async ({ page }) => {
    await openView(page, served.origin, '')
    await typeKey(page, 'ключ')
    await page.getByText('A key and an account have letters without accents').waitFor()
    await typeKey(page, several.key)
    await page.getByText(/You have several accounts.* Type your account at the top/).waitFor()
    // Where it is typed is in sight.
    expect(await page.locator('#key-box').getAttribute('open')).toBe('')
    await page.getByLabel('Account, if you have several').fill('three')
    await typeKey(page, '')
    await page.getByText(/no account of yours.* Type your account at the top/).waitFor()
    await page.getByLabel('Account, if you have several').fill('two')
    await typeKey(page, '')
    await settled(page)
    const table = await tableTexts(page, 'Visits of each store, and of the same period before')
    expect(table).toHaveLength(12)
    await page.locator('#key-box summary').press('Enter')
    await page.getByRole('button', { name: 'Forget' }).press('Enter')
    await page.getByText(/Type your key/).waitFor()
  }))

test.each([{ modifiers: ['Control'] }, { modifiers: ['Meta'] }, { button: 'middle' }] as const)(
  'with a key, too, the query opens beside the page where that is asked for: %j',
  press =>
    inBrowser(`beside ${JSON.stringify(press)}`, async ({ page }) => {
      await openView(page, served.origin, '#/websites')
      await typeKey(page, all.key)
      await settled(page)
      const shownBefore = page.url()
      const opening = page.context().waitForEvent('page')
      await page.getByRole('link', { name: 'Show the query', exact: true }).click(press as never)
      const opened = await opening
      await opened.locator('.graphiql-execute-button').waitFor({ timeout: 60_000 })
      // The key stays in the tab into which it was typed.
      expect(await opened.evaluate("sessionStorage.getItem('isotherm:key')")).toBeNull()
      expect(page.url()).toBe(shownBefore)
    }),
)

test('replay snapshots are made and deleted by keyboard, and only after a confirmation', () =>
  inBrowser('snapshots', async ({ page, complaints }) => {
    const hash = '#/page?id=View:shop:/pricing'
    await openView(page, served.origin, hash)
    await typeKey(page, all.key)
    await settled(page)
    const names = async () => (await tableTexts(page, snapshots)).map(([name]) => name)
    const before = await names()
    expect(before.length).toBeGreaterThan(0)
    await page.getByText('Make a snapshot').press('Enter')
    await page.getByLabel('Name').fill('At the till')
    await page.getByLabel('Event id').fill('11111111-2222-3333-4444-555555555555')
    await page.getByLabel('Seconds').fill('61.5')
    await page.getByLabel('Seconds').press('Enter')
    await expect.poll(() => outcome(page).innerText(), { timeout: 30_000 }).toBe('“At the till” was made.')
    expect(await tableTexts(page, snapshots)).toContainEqual(
      expect.arrayContaining(['At the till', 'desktop', '1 min 2 s']),
    )
    const button = page.getByRole('button', { name: 'Delete At the till' })
    await button.press('Enter')
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(await button.evaluate(element => element === element.ownerDocument.activeElement)).toBe(true)
    expect(await names()).toContain('At the till')
    await button.press('Enter')
    expect(await page.getByRole('dialog').innerText()).toMatch(/Delete “At the till”/)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => outcome(page).innerText(), { timeout: 30_000 }).toBe('“At the till” was deleted.')
    expect(await names()).toEqual(before)
    // The first view had no key yet.
    expect(complaints.filter(text => !text.includes('401'))).toEqual([])
  }))

test('who may not change snapshots is told so and loses the buttons; who may not see them gets the sentence', () =>
  inBrowser('snapshots refused', async ({ page }) => {
    await openView(page, served.origin, '#/page?id=View:shop:/')
    await typeKey(page, reader.key)
    await settled(page)
    const count = (await tableTexts(page, snapshots)).length
    await page
      .getByRole('button', { name: /^Delete / })
      .first()
      .press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => outcome(page).innerText(), { timeout: 30_000 }).toContain('snapshots:write')
    expect(await page.getByRole('button', { name: /^Delete / }).count()).toBe(0)
    expect(await page.getByText('Make a snapshot').count()).toBe(0)
    expect(await tableTexts(page, snapshots)).toHaveLength(count)
    expect(await axeFindings(page)).toEqual([])
    await typeKey(page, visitor.key)
    const region = page.getByRole('region', { name: 'Replay snapshots' })
    await expect
      .poll(() => region.locator('.failure').innerText(), { timeout: 30_000 })
      .toContain('snapshots:read')
    expect(await page.locator('.side img').count()).toBe(1)
  }))
