import { expect, test } from 'vitest'
import { inBrowser, openView, settled } from './page.ts'
import { servePage } from './served-page.ts'

const served = servePage()

test.each<readonly [view: string, label: string, name: string]>([
  ['#/stores?period=days&from=2026-11-01&through=2026-11-20', 'From', 'from'],
  ['#/page?id=View:shop:/&from=2026-11-01&through=2026-11-20', 'From', 'from'],
  [
    '#/page?id=View:shop:/&from=2026-11-01&through=2026-11-20&compare=before',
    'With as many days from',
    'against',
  ],
  ['#/store?id=Location:oxford-street&day=2026-11-20', 'Day', 'day'],
])('a day that is typed is taken whole, once: %s', (view, label, name) =>
  inBrowser(`typed ${name} in ${view.slice(2, 7)}`, async ({ page, complaints }) => {
    await openView(page, served.origin, view)
    const steps = await page.evaluate<number>('history.length')
    // However long the keys take on a busy machine, the page's clock stands.
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
    await page.getByLabel(label, { exact: true }).focus()
    await page.keyboard.type('10152026', { delay: 20 })
    await page.clock.runFor(1400)
    expect(page.url()).not.toContain(`${name}=2026-10-15`)
    await page.clock.runFor(200)
    await page.clock.resume()
    await page.waitForURL(new RegExp(`${name}=2026-10-15`))
    await settled(page)
    expect(await page.evaluate('history.length')).toBe(steps + 1)
    expect(complaints).toEqual([])
  }),
)

test('the way back undoes nothing that was typed on the way, and keeps the way forward', () =>
  inBrowser('way back', async ({ page }) => {
    await openView(page, served.origin, '#/stores?search=oxford')
    await page.evaluate("location.hash = '#/stores?search=street'")
    await settled(page)
    await page.getByLabel('Search').fill('lon')
    await page.evaluate('history.back()')
    await page.waitForURL(/search=oxford/)
    await settled(page)
    expect(page.url()).toContain('search=oxford')
    await page.evaluate('history.forward()')
    await page.waitForURL(/search=street/)
  }))

test('quick steps through the pictures of a floor pass over none, and none leads past today', () =>
  inBrowser('quick steps', async ({ page }) => {
    const pictureOf = async (steps: number, pause: (step: number) => Promise<unknown>) => {
      await openView(page, served.origin, '#/store?id=Location:oxford-street&day=2026-11-20')
      for (let step = 0; step < steps; step++) {
        await page.getByRole('button', { name: 'Next' }).press('Enter')
        await pause(step)
      }
      await settled(page)
      return page.url()
    }
    const slow = await pictureOf(6, async () => {
      await expect.poll(() => page.getByText(/^Picture \d+ of \d+/).count(), { timeout: 30_000 }).toBe(1)
    })
    await page.route('**/graphql', async route => {
      await new Promise(resolve => setTimeout(resolve, 200))
      await route.continue().catch(() => undefined)
    })
    const quick = pictureOf(6, async () => undefined)
    await page.waitForURL(slow)
    await quick
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' }).format(new Date())
    await page.getByLabel('Day', { exact: true }).fill(today)
    await settled(page)
    await page.getByRole('button', { name: 'Day after' }).press('Enter')
    await page.getByText('Nothing is known after today.').waitFor()
  }))

test('a search that is typed loses no press and no letter, and ends when it is cleared', () =>
  inBrowser('typed search', async ({ page }) => {
    await openView(page, served.origin, '#/stores')
    const field = page.getByLabel('Search')
    await field.pressSequentially('ox')
    await field.press('Enter')
    await page.waitForURL(/search=ox$/)
    // While the answers come, and after.
    await page.keyboard.type('fo')
    await settled(page)
    await page.keyboard.type('rd')
    expect(await field.inputValue()).toBe('oxford')
    // The press leaves the field, which asks; the heading is still there when it ends.
    await page.getByRole('button', { name: 'Visits' }).click({ delay: 90 })
    await page.waitForURL(/search=oxford/)
    await page.waitForURL(/sort=-visits/)
    await settled(page)
    await field.evaluate(field => {
      field.setAttribute('value', '')
      Object.assign(field, { value: '' })
      field.dispatchEvent(new Event('search'))
    })
    await page.waitForURL(url => !url.hash.includes('search='))
    await settled(page)
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(3)
  }))
