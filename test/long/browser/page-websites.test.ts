import { expect, test } from 'vitest'
import { serve } from '../../support/serving.ts'
import { axeFindings, inBrowser, openView, settled, tableTexts } from './page.ts'
import { servePage } from './served-page.ts'

// With a cache, since the limits of Zenovay would not allow so many views otherwise.
const served = servePage({ environment: { ISOTHERM_CACHE_BYTES: undefined } })

const caption = 'The pages of the website, with their interactions'
const button = 'Clicks of all 100 pages'

test('a website that the catalog does not have is chosen by no other name', () =>
  inBrowser('unknown website', async ({ page, complaints }) => {
    await openView(page, served.origin, '#/websites?website=nope')
    await page.getByText('No website has the id "nope".').waitFor()
    expect(await page.getByText('at the moment').count()).toBe(0)
    expect(await page.locator('#website').locator('option:checked').textContent()).toBe('nope')
    expect(await axeFindings(page)).toEqual([])
    await page.locator('#website').selectOption('Shop')
    await page.waitForURL(/website=/)
    await settled(page)
    expect((await tableTexts(page, caption)).length).toBeGreaterThan(10)
    expect(await page.locator('#website').locator('option').allTextContents()).not.toContain('nope')
    expect(complaints).toEqual([])
  }))

test('what a vendor does not know is said to be unknown there, not missing for the moment', () =>
  inBrowser('unknown to vendors', async ({ page, complaints }) => {
    const catalog = JSON.stringify({
      locations: [{ id: 'x', name: 'X', timeZone: 'UTC' }],
      websites: [{ id: 'x', name: 'X', origin: 'https://x.example' }],
    })
    await using bare = await serve({ catalog })
    for (const [hash, sentence] of [
      ['#/websites?website=Website:x', 'Zenovay does not know this website.'],
      ['#/page?id=View:x:/', 'PostHog does not know this website.'],
      ['#/store?id=Location:x', 'Aura Vision does not know this store.'],
    ] as const) {
      await page.goto('about:blank')
      await openView(page, bare.origin, hash)
      const texts = await page.locator('main p').allTextContents()
      expect(texts).toContain(sentence)
      expect(texts.join('\n')).not.toMatch(/at the moment|none of this day/)
    }
    expect(complaints).toEqual([])
  }))

test('the clicks of all pages are wanted for one website, not for the next one', () =>
  inBrowser('trends of the next website', async ({ page }) => {
    await openView(page, served.origin, '#/websites?trend=all')
    const others = page.locator('#website').locator('option:not(:checked)')
    const other = await others.first().getAttribute('value')
    await page.locator('#website').selectOption(other)
    await page.waitForURL(/website=/)
    await settled(page)
    expect(page.url()).not.toContain('trend')
  }))

test('the clicks of all pages come into the table as it stands, by keyboard', () =>
  inBrowser('clicks of all', async ({ page, complaints }) => {
    await openView(page, served.origin, '#/websites')
    const scroll = page.getByRole('region', { name: caption })
    await scroll.evaluate(box => box.scrollTo(0, 900))
    await page.getByRole('button', { name: button }).press('Enter')
    await page.waitForURL(/trend=all/)
    await settled(page)
    expect((await tableTexts(page, caption)).filter(([, , , , now]) => now !== '–').length).toBeGreaterThan(
      10,
    )
    expect(await scroll.evaluate(box => box.scrollTop)).toBe(900)
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Done.')
    expect(await page.getByRole('button', { name: button }).count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
    // The way back leads to the first ones only.
    await page.goBack()
    await page.getByRole('button', { name: button }).waitFor()
    expect(page.url()).not.toContain('trend')
    expect(complaints).toEqual([])
  }))

test('who cancels by keyboard is not sent back to the top', () =>
  inBrowser('cancelled', async ({ page }) => {
    const cancelled = Promise.withResolvers<void>()
    await page.route('**/graphql', async route => {
      if (JSON.stringify(route.request().postDataJSON()).includes('"first":10')) await cancelled.promise
      await route.continue().catch(() => undefined)
    })
    await page.goto(`${served.origin}/#/websites`)
    await page.getByRole('button', { name: 'Cancel' }).press('Enter')
    await page.getByText('Cancelled: some clicks are missing.').waitFor()
    expect(await page.evaluate('document.activeElement.textContent')).toBe(
      'Cancelled: some clicks are missing.',
    )
    cancelled.resolve()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  }))
