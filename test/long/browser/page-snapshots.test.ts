import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { installChromium } from '../../browser/chromium.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { type Served, serve } from '../../support/serving.ts'
import { inBrowser, openView, settled, tableTexts } from './page.ts'

beforeAll(installChromium, installMilliseconds)
vi.setConfig({ testTimeout: 120_000 })

const resources = new AsyncDisposableStack()
let served: Served
beforeAll(async () => {
  served = resources.use(await serve())
})
afterAll(() => resources.disposeAsync())

test('the question whether to delete ends with its view, and nothing is deleted', () =>
  inBrowser('question after back', async ({ page, complaints }) => {
    await openView(page, served.origin, '#/websites')
    await page.getByRole('link', { name: '/pricing', exact: true }).press('Enter')
    await page.waitForURL(/#\/page/)
    await settled(page)
    const names = () => tableTexts(page, 'The replay snapshots of the page')
    const before = await names()
    await page
      .getByRole('button', { name: /^Delete / })
      .first()
      .press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.goBack()
    await page.waitForURL(/#\/websites/)
    await settled(page)
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Websites and pages')
    await page.goForward()
    await page.waitForURL(/#\/page/)
    await settled(page)
    expect(await names()).toEqual(before)
    expect(complaints).toEqual([])
  }))
