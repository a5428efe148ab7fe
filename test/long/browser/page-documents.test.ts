import { expect, test } from 'vitest'
import { inBrowser, openView, settled } from './page.ts'
import { servePage } from './served-page.ts'

const served = servePage()

test('a page that outlives its version of Isotherm asks to be loaded again', () =>
  inBrowser('older page', async ({ page }) => {
    await openView(page, served.origin, '#/stores')
    await page.route('**/graphql', route => {
      const { variables } = route.request().postDataJSON()
      return route.continue({ postData: { documentId: 'sha256:of-an-older-version', variables } })
    })
    await page.getByRole('link', { name: 'Websites' }).click()
    await page
      .getByText('Isotherm has another version by now, so this page is out of date: load it again.')
      .waitFor()
    expect(await page.locator('.failure').innerText()).not.toContain('PersistedQueryNotFound')
    await page.unrouteAll()
    await page.reload()
    await settled(page)
    expect(await page.locator('.failure').count()).toBe(0)
  }))

test('documents that cannot be had are asked again, and no refusal is taken for them', () =>
  inBrowser('documents', async ({ page }) => {
    await page.route('**/page/documents.json', route =>
      route.fulfill({ status: 503, json: { errors: [{ message: 'Stopping.' }] } }),
    )
    await openView(page, served.origin, '#/stores')
    expect(await page.locator('.failure').innerText()).toContain('Isotherm did not answer.')
    await page.unrouteAll()
    await page.getByRole('link', { name: 'Websites' }).click()
    await page.getByRole('table', { name: 'The pages of the website, with their interactions' }).waitFor()
    expect(await page.locator('.failure').count()).toBe(0)
  }))
