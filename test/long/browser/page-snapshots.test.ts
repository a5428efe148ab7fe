import { expect, test } from 'vitest'
import { inBrowser, openView, settled, tableTexts } from './page.ts'
import { servePage } from './served-page.ts'

const served = servePage()

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

test('what is typed of a snapshot stays while the heat of the page is changed', () =>
  inBrowser('typed snapshot', async ({ page, complaints }) => {
    await openView(page, served.origin, '#/page?id=View:shop:/pricing')
    await page.getByText('Make a snapshot').press('Enter')
    await page.getByLabel('Event id').fill('11111111-2222-3333-4444-555555555555')
    await page.getByLabel('Device').fill('mobile')
    await page.getByLabel('Shows').selectOption('RAGE_CLICK')
    await page.waitForURL(/heat=RAGE_CLICK/)
    await settled(page)
    const typed = async () => [
      await page.getByLabel('Event id').inputValue(),
      await page.getByLabel('Device').inputValue(),
      await page.getByLabel('Seconds').inputValue(),
    ]
    expect(await page.getByLabel('Event id').isVisible()).toBe(true)
    expect(await typed()).toEqual(['11111111-2222-3333-4444-555555555555', 'mobile', '0'])
    // But not for another page, where it would be a mistake.
    await page.evaluate("location.hash = '#/page?id=View:shop:/'")
    await settled(page)
    expect(await typed()).toEqual(['', 'desktop', '0'])
    expect(complaints).toEqual([])
  }))
