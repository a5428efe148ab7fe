import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inBrowser, numberIn, openView, settled, tableTexts } from './page.ts'
import { servePage } from './served-page.ts'

const served = servePage()

const caption = 'Visits of each store, and of the same period before'
const inPart = 40
const days = (first: string, last: string) => ({ localStart: first, localEnd: last })
const week = days('2026-11-23T00:00:00', '2026-11-30T00:00:00')
/** Of a place where it is already tomorrow. */
const later = days('2026-11-24T00:00:00', '2026-12-01T00:00:00')

/** Answers with generated stores in place of the graph, each part once it is let through. */
async function stubStores(page: Page, parts: number, letThrough: (part: number) => Promise<unknown>) {
  const asked: number[] = []
  await page.route('**/graphql', async route => {
    const part = Number(route.request().postDataJSON().variables.after ?? 0)
    asked.push(part)
    await letThrough(part)
    const traffic = (total: number, range: object) => [{ total, range, columns: null }]
    const nodes = Array.from({ length: inPart }, (_, place) => {
      const number = part * inPart + place
      const range = number % 10 === 9 ? later : week
      const name = `Store ${number}`
      return { id: `Location:${number}`, name, traffic: traffic(number, range), before: traffic(100, range) }
    })
    const pageInfo = { hasNextPage: part + 1 < parts, endCursor: `${part + 1}` }
    const data = { locations: { nodes, pageInfo, totalCount: parts * inPart } }
    await route.fulfill({ json: { data } }).catch(() => undefined)
  })
  return asked
}

test('while more stores come, what is looked at stays, and a heading sorts without a question', () =>
  inBrowser('growing table', async ({ page, complaints }) => {
    const gates = [1, 2].map(() => Promise.withResolvers<void>())
    const asked = await stubStores(page, 3, async part => gates[part - 1]?.promise)
    await page.goto(`${served.origin}/#/stores?sort=-visits`)
    await page.getByRole('status').filter({ hasText: '40 of 120' }).waitFor()
    await page.getByRole('link', { name: 'Store 5', exact: true }).focus()
    const told = () =>
      page.evaluate<readonly [string, number]>(
        "[document.activeElement.textContent, document.querySelector('.scroll').scrollTop]",
      )
    const [name, top] = await told()
    expect([name, top > 0]).toEqual(['Store 5', true])
    gates[0]?.resolve()
    await page.getByRole('status').filter({ hasText: '80 of 120' }).waitFor()
    expect((await told())[0]).toBe('Store 5')
    gates[1]?.resolve()
    await settled(page)
    expect((await told())[0]).toBe('Store 5')
    const visits = async () => (await tableTexts(page, caption)).map(([, count]) => numberIn(count))
    const rising = Array.from({ length: 120 }, (_, number) => number)
    expect(await visits()).toEqual(rising.toReversed())
    await page.getByRole('button', { name: 'Store', exact: true }).press('Enter')
    await settled(page)
    expect(await visits()).toEqual(rising)
    expect(await page.evaluate('document.activeElement.id')).toBe('sort-name')
    expect(page.url()).toContain('sort=name')
    expect(asked).toEqual([0, 1, 2])
    expect(complaints).toEqual([])
  }))

test('days that differ by the calendar of a store are named, above, below, at the store and at the CSV', () =>
  inBrowser('days that differ', async ({ page }) => {
    await stubStores(page, 1, async () => undefined)
    await openView(page, served.origin, '#/stores')
    const all = '23 Nov 2026 – 29 Nov 2026; of 4 stores 24 Nov 2026 – 30 Nov 2026'
    await page.getByText(`${all}, against the same period before`).waitFor()
    await page.locator('tfoot').getByText(all).waitFor()
    await page.getByText('CSV and Parquet: 23 Nov 2026 – 29 Nov 2026 of each store').waitFor()
    const names = (await tableTexts(page, caption)).map(([name]) => name)
    expect(names.slice(8, 10)).toEqual(['Store 8', 'Store 9 24 Nov 2026 – 30 Nov 2026'])
  }))
