import { expect, test } from 'vitest'
import { askText } from '../../support/client.ts'
import { serve } from '../../support/serving.ts'
import {
  axeFindings,
  expectNoOverflow,
  inBrowser,
  looks,
  numberIn,
  openView,
  paintTimes,
  settled,
  tableTexts,
} from './page.ts'
import { servePage } from './served-page.ts'

const served = servePage()

const caption = 'Visits of each store, and of the same period before'

test.each(looks)('the stores look well at $width pixels, $scheme', ({ width, scheme }) =>
  inBrowser(`stores ${width} ${scheme}`, async ({ page, outside, complaints }) => {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme: scheme })
    await openView(page, served.origin, '#/stores?period=LAST_MONTH')
    console.info(`stores at ${width} pixels, ${scheme}: ${await paintTimes(page)}`)
    await page.getByText('The trends as a table').click()
    expect(await tableTexts(page, caption)).toHaveLength(12)
    expect(await axeFindings(page)).toEqual([])
    await expectNoOverflow(page)
    // A policy that is broken is a complaint, too.
    expect({ outside, complaints }).toEqual({ outside: [], complaints: [] })
  }),
)

interface Told {
  locations: {
    nodes: {
      name: string
      traffic: { total: number; columns: { values: (number | null)[] } }[]
      before: { total: number }[]
    }[]
  }
}

test('the numbers are those of the graph, in the order that is chosen', () =>
  inBrowser('stores numbers', async ({ page }) => {
    const { data } = await askText<Told>(
      served.origin,
      `{ locations { nodes { name
        traffic(range: { local: { start: "2026-10-01", end: "2026-11-01" } }, interval: DAILY, metrics: [VISITS]) { total columns { values } }
        before: traffic(range: { before: { local: { start: "2026-10-01", end: "2026-11-01" } } }, metrics: [VISITS]) { total } } } }`,
    )
    // Not the last month: at its end that is another one where it is already tomorrow.
    await openView(page, served.origin, '#/stores?period=days&from=2026-10-01&through=2026-10-31')
    const stores = data.locations.nodes.map(({ name, traffic: [now], before: [before] }) => ({
      name,
      visits: now?.total ?? 0,
      before: before?.total ?? 0,
    }))
    const shown = async () =>
      (await tableTexts(page, caption)).map(([name, visits, before]) => ({
        name,
        visits: numberIn(visits),
        before: numberIn(before),
      }))
    expect(await shown()).toEqual(stores)
    const foot = await page.locator('tfoot td').allTextContents()
    const sum = (key: 'visits' | 'before') => stores.reduce((total, store) => total + store[key], 0)
    expect(foot.slice(0, 2).map(numberIn)).toEqual([sum('visits'), sum('before')])
    await page.getByRole('button', { name: 'Visits' }).press('Enter')
    await settled(page)
    expect(await shown()).toEqual(stores.toSorted((one, other) => other.visits - one.visits))
    expect(await page.evaluate('document.activeElement.id')).toBe('sort-visits')
    await page.getByText('The trends as a table').click()
    const trends = await tableTexts(page, 'Visits by the clock of each store')
    const [first] = data.locations.nodes
    expect(trends.map(([, text]) => numberIn(text))).toEqual(first?.traffic[0]?.columns.values)
  }))

test('it is used by keyboard alone, and a link shows the same', () =>
  inBrowser('stores keyboard', async ({ page }) => {
    await openView(page, served.origin, '')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.keyboard.press('Tab')
    await page.keyboard.type('street')
    await page.keyboard.press('Tab')
    await page.waitForURL(/search=street/)
    await settled(page)
    expect(await page.evaluate('document.activeElement.id')).toBe('period')
    await page.keyboard.press('End')
    await page.waitForURL(/period=days/)
    await settled(page)
    const here = page.url()
    // Tomorrow as well.
    const day = String.raw`\d{4}-\d\d-\d\d`
    expect(here).toMatch(new RegExp(`from=${day}&through=${day}`))
    const texts = await tableTexts(page, caption)
    expect(texts.map(([name]) => name)).toEqual([
      'Oxford Street',
      'Princes Street',
      'Pitt Street',
      'Grafton Street',
    ])
    await page.goto('about:blank')
    await page.goto(here)
    await settled(page)
    expect(await tableTexts(page, caption)).toEqual(texts)
    // Long work tells how far it is, and what was there stays when it is cancelled.
    await page.route('**/graphql', route => {
      const { variables } = route.request().postDataJSON()
      return variables.after ? undefined : route.continue()
    })
    await page.goto('about:blank')
    await page.goto(`${served.origin}/#/stores?interval=HOURLY`)
    await page.getByRole('status').filter({ hasText: '10 of 12' }).waitFor()
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('10')
    await page.getByRole('button', { name: 'Cancel' }).press('Enter')
    await settled(page)
    expect(await page.getByText('Cancelled: 10 of 12 stores are shown.').count()).toBe(1)
    expect(await tableTexts(page, caption)).toHaveLength(10)
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  }))

test('the CSV holds the same days of the same stores', () =>
  inBrowser('stores csv', async ({ page }) => {
    await openView(page, served.origin, '#/stores?search=oxford')
    const [, total] = (await tableTexts(page, caption))[0] ?? []
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'CSV' }).click()
    const text = await new Response((await (await downloading).createReadStream()) as never).text()
    const [head = '', ...lines] = text.trim().split('\r\n')
    const column = head.split(',').findIndex(name => /visits/i.test(name))
    const sum = lines.reduce((all, line) => all + Number(line.split(',')[column]), 0)
    expect([lines.length, sum]).toEqual([7, numberIn(total)])
  }))

test('of stores that fail the CSV has what is known, and says which they are', () =>
  inBrowser('stores csv failures', async ({ page }) => {
    const locations = [1, 987].map(locationId => ({
      id: `store-${locationId}`,
      name: `Store ${locationId}`,
      timeZone: 'Europe/London',
      analytiks: { locationId },
    }))
    await using failing = await serve({ catalog: JSON.stringify({ locations }) })
    await openView(page, failing.origin, '')
    expect((await tableTexts(page, caption)).map(([, visits]) => visits === '–')).toEqual([false, true])
    expect(await page.locator('.failure').innerText()).toMatch(/^analytiks refuses.* \(Store 987\)$/)
    await page.getByText('CSV and Parquet: what failed in a column of its own').waitFor()
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'CSV' }).click()
    const text = await new Response((await (await downloading).createReadStream()) as never).text()
    const [head = '', ...lines] = text.trim().split('\r\n')
    expect(head).toMatch(/,error$/)
    expect(lines).toHaveLength(8)
    expect(lines.at(-1)).toMatch(/^Location:store-987,.*UPSTREAM_FORBIDDEN/)
  }))

test('while Analytiks is down the table stands without its numbers, and a sentence says who failed', () =>
  inBrowser('stores down', async ({ page, complaints }) => {
    await using down = await serve({ environment: { ANALYTIKS_EXPORTS_URL: 'http://127.0.0.1:1' } })
    await openView(page, down.origin, '')
    const failure = await page.locator('.failure').innerText()
    expect(failure).toMatch(/^analytiks.* \((.+, ){2}.+ and \d more\)$/m)
    const texts = await tableTexts(page, caption)
    expect(texts.map(([, visits]) => visits)).toEqual(Array(12).fill('–'))
    expect(await axeFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  }))

test('a hostile name stays text', () =>
  inBrowser('stores hostile', async ({ page, outside, complaints }) => {
    const name = `<img src=x onerror="document.title='owned'">\u202e"'&lt;`
    const catalog = JSON.stringify({
      locations: [{ id: 'x', name, timeZone: 'UTC', analytiks: { locationId: 1 } }],
    })
    await using hostile = await serve({ catalog })
    await openView(page, hostile.origin, '')
    expect((await tableTexts(page, caption))[0]?.[0]).toBe(name)
    expect(await page.locator('main img').count()).toBe(0)
    expect({ outside, complaints }).toEqual({ outside: [], complaints: [] })
  }))
