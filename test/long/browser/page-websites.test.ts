import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { installChromium } from '../../browser/chromium.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { type Served, serve } from '../../support/serving.ts'
import { inBrowser } from './page.ts'

beforeAll(installChromium, installMilliseconds)
vi.setConfig({ testTimeout: 120_000 })

const resources = new AsyncDisposableStack()
let served: Served
beforeAll(async () => {
  // With a cache, since the limits of Zenovay would not allow so many views otherwise.
  served = resources.use(await serve({ environment: { ISOTHERM_CACHE_BYTES: undefined } }))
})
afterAll(() => resources.disposeAsync())

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
