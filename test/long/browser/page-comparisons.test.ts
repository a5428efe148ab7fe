import { expect, test } from 'vitest'
import { askText } from '../../support/client.ts'
import { axeFindings, expectNoOverflow, inBrowser, numberIn, openView, settled, tableTexts } from './page.ts'
import { servePage } from './served-page.ts'

const served = servePage()

const week = 'period=days&from=2026-11-02&through=2026-11-08'
const other = 'against=days&againstFrom=2026-10-05&againstThrough=2026-10-11'

interface Told {
  locations: { nodes: { name: string; traffic: { total: number }[]; before: { total: number }[] }[] }
}

async function told(start: string, end: string): Promise<readonly (readonly [string, number, number])[]> {
  const { data } = await askText<Told>(
    served.origin,
    `{ locations { nodes { name
      traffic(range: { local: { start: "2026-11-02", end: "2026-11-09" } }, metrics: [VISITS]) { total }
      before: traffic(range: { local: { start: "${start}", end: "${end}" } }, metrics: [VISITS]) { total } } } }`,
  )
  return data.locations.nodes.map(({ name, traffic: [now], before: [before] }) => [
    name,
    now?.total ?? 0,
    before?.total ?? 0,
  ])
}

test('any two weeks are compared, by the keyboard, and the address holds both', () =>
  inBrowser('two weeks', async ({ page, complaints }) => {
    await openView(page, served.origin, `#/stores?${week}`)
    await page.getByLabel('Compared with').focus()
    await page.keyboard.press('ArrowDown')
    await page.waitForURL(/against=days/)
    await settled(page)
    // The week before, until others are chosen.
    await page.getByText('2 Nov 2026 – 8 Nov 2026, against 26 Oct 2026 – 1 Nov 2026').waitFor()
    // As many days, where the last one comes before the first, or the first one after the last.
    await page.getByLabel('Compared from').fill('2026-11-20')
    await page.waitForURL(/againstFrom=2026-11-20&againstThrough=2026-11-26/)
    await settled(page)
    await page.getByLabel('Compared through').fill('2026-10-11')
    await page.waitForURL(/againstFrom=2026-10-05&againstThrough=2026-10-11/)
    await settled(page)
    // But none for a day that is passed on the way, down and up again.
    await page.getByLabel('Compared through').focus()
    // However long the presses take on a busy machine, the page's clock stands.
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
    for (const key of ['ArrowDown', 'ArrowUp'])
      for (let step = 0; step < 8; step++) await page.keyboard.press(key)
    await page.clock.runFor(1000)
    await page.clock.resume()
    await settled(page)
    expect(page.url()).toContain('againstFrom=2026-10-05&againstThrough=2026-10-11')
    const shown = async () => {
      const rows = await tableTexts(page, 'Visits of each store, and of 5 Oct 2026 – 11 Oct 2026')
      return rows.map(([name, visits, before]) => [name, numberIn(visits), numberIn(before)])
    }
    const expected = await told('2026-10-05', '2026-10-12')
    expect(await shown()).toEqual(expected)
    // The link shows the same to another reader.
    await openView(page, served.origin, `#/stores?${week}&${other}`)
    expect(await shown()).toEqual(expected)
    expect(await axeFindings(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 900 })
    await expectNoOverflow(page)
    expect(complaints).toEqual([])
  }))

test('a store is compared with the same days as the stores, hours by the clock', () =>
  inBrowser('a store against other days', async ({ page }) => {
    const { data } = await askText<{
      location: Record<'traffic' | 'before', { columns: { values: number[] } }[]>
    }>(
      served.origin,
      `{ location(by: { id: "Location:oxford-street" }) {
        traffic(range: { local: { start: "2026-11-02", end: "2026-11-09" } }, interval: HOURLY, metrics: [VISITS]) { columns { values } }
        before: traffic(range: { local: { start: "2026-10-05", end: "2026-10-12" } }, interval: HOURLY, metrics: [VISITS]) { columns { values } } } }`,
    )
    await openView(page, served.origin, `#/stores?${week}&${other}&interval=HOURLY`)
    await page.getByRole('link', { name: 'Oxford Street' }).click()
    await page.getByText('against 5 Oct 2026 – 11 Oct 2026').waitFor()
    await settled(page)
    await page.getByText('Visits as a table').click()
    const rows = await tableTexts(page, 'Visits by the clock of the store')
    expect(rows.map(([, now, before]) => [numberIn(now), numberIn(before)])).toEqual(
      data.location.traffic?.[0]?.columns.values.map((value, index) => [
        value,
        data.location.before?.[0]?.columns.values[index],
      ]),
    )
  }))

test('days of another number are told, and numbers stand as they are', () =>
  inBrowser('days of another number', async ({ page }) => {
    await openView(
      page,
      served.origin,
      `#/stores?${week}&against=days&againstFrom=2026-10-01&againstThrough=2026-10-31`,
    )
    await page.getByText('They are not equally long').waitFor()
    const rows = await tableTexts(page, 'Visits of each store, and of 1 Oct 2026 – 31 Oct 2026')
    expect(rows.map(([name, visits, before]) => [name, numberIn(visits), numberIn(before)])).toEqual(
      await told('2026-10-01', '2026-11-01'),
    )
  }))

test('the days of the heat over a page move together as well', () =>
  inBrowser('days of heat', async ({ page }) => {
    await openView(page, served.origin, '#/page?id=View:shop:/&from=2026-11-02&through=2026-11-08')
    await page.getByLabel('From', { exact: true }).fill('2026-11-16')
    await page.waitForURL(/from=2026-11-16&through=2026-11-22/)
    await settled(page)
    await page.getByLabel('Through', { exact: true }).fill('2026-11-01')
    await page.waitForURL(/from=2026-10-26&through=2026-11-01/)
  }))

test('what no address may hold shows the period before', () =>
  inBrowser('odd comparisons', async ({ page }) => {
    await openView(page, served.origin, `#/stores?${week}&against=%3Cscript%3E&againstFrom=2026-02-31`)
    await page.getByText('against the same period before').waitFor()
    await openView(
      page,
      served.origin,
      `#/stores?${week}&against=days&againstFrom=2026-13-99&againstThrough=x`,
    )
    await page.getByText('against 26 Oct 2026 – 1 Nov 2026').waitFor()
  }))
