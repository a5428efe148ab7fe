import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { sandboxCatalog } from '../../../src/sandbox/catalog.ts'
import { askText } from '../../support/client.ts'
import { serve } from '../../support/serving.ts'
import { shown } from './graphiql-page.ts'
import {
  axeFindings,
  expectNoOverflow,
  inBrowser,
  looks,
  numberIn,
  openView,
  settled,
  tableTexts,
} from './page.ts'
import { servePage } from './served-page.ts'

const served = servePage()

const store = '#/store?id=Location:oxford-street'
const views = { store, websites: '#/websites', page: '#/page?id=View:shop:/' }

describe.each(looks)('at $width pixels, $scheme', ({ width, scheme }) => {
  test.each(Object.entries(views))('the view %s looks well', (name, hash) =>
    inBrowser(`${name} ${width} ${scheme}`, async ({ page, outside, complaints }) => {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme: scheme })
      await openView(page, served.origin, hash)
      for (const summary of await page.locator('.folded summary').all()) await summary.press('Enter')
      const widths = await page.evaluate<number[]>('[...document.images].map(image => image.naturalWidth)')
      expect(widths.filter(natural => natural === 0)).toEqual([])
      expect(widths.length > 0).toBe(name !== 'websites')
      expect(await axeFindings(page)).toEqual([])
      await expectNoOverflow(page)
      expect({ outside, complaints }).toEqual({ outside: [], complaints: [] })
    }),
  )
})

test('each metric of a store has the numbers of the graph, and the clock change of its place', () =>
  inBrowser('store numbers', async ({ page }) => {
    const range = '{ local: { start: "2026-10-25", end: "2026-10-26" } }'
    const { data } = await askText<{
      location: { traffic: { total: number; columns: { values: (number | null)[] } }[]; captureRate: number }
    }>(
      served.origin,
      `{ location(by: { id: "oxford-street" }) { captureRate(range: ${range})
        traffic(range: ${range}, metrics: [VISITS]) { total columns { values } } } }`,
    )
    const [visits] = data.location.traffic
    await openView(
      page,
      served.origin,
      `${store}&period=days&from=2026-10-25&through=2026-10-25&interval=HOURLY`,
    )
    await page.getByText('Visits as a table', { exact: true }).click()
    const rows = await tableTexts(page, 'Visits by the clock of the store')
    expect(rows.map(([start]) => start).slice(0, 4)).toEqual([
      'Sun 25 Oct, 00:00',
      'Sun 25 Oct, 01:00',
      'Sun 25 Oct, 01:00 (again)',
      'Sun 25 Oct, 02:00',
    ])
    expect(rows.map(([, value]) => numberIn(value))).toEqual(visits?.columns.values)
    const figures = await page.locator('.figure strong').allTextContents()
    expect(numberIn(figures[0])).toBe(visits?.total)
    expect(figures.at(-2)).toBe(`${(data.location.captureRate * 100).toFixed(1)}%`)
    const pattern = await tableTexts(page, 'Visits an hour by weekday, the mean, by the clock of the store')
    const open = visits?.columns.values.flatMap(value => value ?? [])
    expect(pattern.map(cells => numberIn(cells.at(-1)))).toEqual(open)
  }))

test('the heatmaps of a store are stepped through by day and chosen by kind, by keyboard', () =>
  inBrowser('store heatmaps', async ({ page }) => {
    await openView(page, served.origin, store)
    await page.getByLabel('Picture', { exact: true }).selectOption({ index: 1 })
    const shownDay = await page.getByLabel('Day', { exact: true }).inputValue()
    await page.waitForURL(new RegExp(`day=${shownDay}&heat=PATH&picture=`))
    await openView(page, served.origin, `${store}&day=2026-11-20`)
    await page.getByRole('button', { name: 'Day after' }).press('Enter')
    await page.waitForURL(/day=2026-11-21/)
    await settled(page)
    expect(await page.evaluate('document.activeElement.id')).toBe('day-1')
    await page.getByLabel('Shows').selectOption('LINGER')
    await page.waitForURL(/heat=LINGER/)
    await settled(page)
    const told = () =>
      page.locator('main img').evaluateAll(images => images.map(image => image.getAttribute('alt') ?? ''))
    const choices = await page.getByLabel('Picture').locator('option').allTextContents()
    const descriptions: string[] = []
    for (const choice of choices) {
      const [text = ''] = await told()
      expect(text).toContain(choice.replace(' · ', ', '))
      descriptions.push(text)
      await page.getByRole('group', { name: 'The picture' }).press('ArrowRight')
      await settled(page)
    }
    expect(descriptions.length).toBeGreaterThan(1)
    // Behind the last picture of a day is the first of the next one, and before that the last one again.
    expect((await told())[0]).toMatch(/^Lingering at Sun 22 Nov/)
    await page.getByRole('button', { name: 'Previous' }).press('Enter')
    await page.waitForURL(/day=2026-11-21/)
    await settled(page)
    expect(await told()).toEqual(descriptions.slice(-1))
    // Two are compared, and the address holds both.
    await page.getByRole('button', { name: 'Compare with this' }).press('Enter')
    await page.getByLabel('Day', { exact: true }).fill('2026-11-14')
    await page.waitForURL(/day=2026-11-14.*beside=/)
    await settled(page)
    const both = await told()
    expect(both).toEqual([descriptions.at(-1), expect.stringMatching(/^Lingering at Sat 14 Nov/)])
    await page.reload()
    await settled(page)
    expect(await told()).toEqual(both)
    await page.getByRole('button', { name: 'Stop comparing' }).press('Enter')
    expect(await told()).toEqual(both.slice(1))
    for (const text of descriptions) expect(text).toMatch(/^Lingering at Sat 21 Nov, \d\d:00/)
    await openView(page, served.origin, `${store}&day=2026-11-20&beside=SpatialHeatmap:nowhere`)
    const unknown = page.getByRole('group', { name: 'The picture' }).locator('> div').first()
    expect(await unknown.textContent()).not.toBe('')
    await page.getByRole('button', { name: 'Stop comparing' }).press('Enter')
    expect(await unknown.textContent()).toBe('')
  }))

test('the pages of a website lead to the heat over one, whose numbers are those of the graph', () =>
  inBrowser('page numbers', async ({ page }) => {
    await openView(page, served.origin, '#/websites')
    const texts = await tableTexts(page, 'The pages of the website, with their interactions')
    expect(texts.slice(0, 2).map(([path, count]) => [path, numberIn(count)])).toEqual([
      ['/', 12_543],
      ['/pricing', 8765],
    ])
    const clicks = `heat(type: CLICK, viewport: {}, days: `
    const now = new Date()
    const dayBefore = (count: number) =>
      new Date(now.getTime() - count * 86_400_000).toISOString().slice(0, 10)
    const { data: trend } = await askText<{
      view: { heatmaps: { now: { total: number }; before: { total: number } }[] }
    }>(
      served.origin,
      `{ view(by: { id: "View:shop:/" }) { heatmaps {
        now: ${clicks} { from: "${dayBefore(7)}", to: "${dayBefore(0)}" }) { total }
        before: ${clicks} { from: "${dayBefore(14)}", to: "${dayBefore(7)}" }) { total } } } }`,
    )
    const told = trend.view.heatmaps[0]
    expect(texts[0]?.slice(4, 6).map(numberIn)).toEqual([told?.now.total, told?.before.total])
    // A page that nobody asked about has no number; all are asked on demand, which can be cancelled.
    expect(texts[10]?.[4]).toBe('–')
    await page.route('**/graphql', async route => {
      if (JSON.stringify(route.request().postDataJSON()).includes('"first":10')) await cancelled.promise
      await route.continue().catch(() => undefined)
    })
    const cancelled = Promise.withResolvers<void>()
    await page.getByRole('button', { name: 'Clicks of all 100 pages' }).press('Enter')
    await page.getByRole('button', { name: 'Cancel' }).press('Enter')
    await expect
      .poll(() => page.getByText('Cancelled: some clicks are missing.').count(), { timeout: 30_000 })
      .toBe(1)
    await settled(page)
    cancelled.resolve()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.getByRole('link', { name: '/', exact: true }).press('Enter')
    await page.waitForURL(/#\/page/)
    await settled(page)
    expect(await page.evaluate('document.activeElement.textContent')).toBe('/')
    await page.getByLabel('Width').selectOption('1440')
    await page.waitForURL(/width=1440/)
    await settled(page)
    const [from, through] = [
      await page.getByLabel('From').inputValue(),
      await page.getByLabel('Through').inputValue(),
    ]
    // So that a link shows the same tomorrow.
    expect(page.url()).toContain(`from=${from}&through=${through}`)
    const to = new Date(Date.parse(through) + 86_400_000).toISOString().slice(0, 10)
    const { data } = await askText<{
      view: { heatmaps: { heat: { total: number; hotspots: { value: number }[] } }[] }
    }>(
      served.origin,
      `{ view(by: { id: "View:shop:/" }) { heatmaps { heat(days: { from: "${from}", to: "${to}" }, viewport: { min: 1296, max: 1584 }) {
        total hotspots(top: 10) { value } } } } }`,
    )
    const heat = data.view.heatmaps[0]?.heat
    expect(await page.locator('.side strong').textContent()).toBe(`${heat?.total} interactions`)
    const spots = await tableTexts(page, 'The hottest places')
    expect(spots.map(([, value]) => numberIn(value))).toEqual(heat?.hotspots.map(({ value }) => value))
    await page.getByLabel('Compare').selectOption('before')
    await page.waitForURL(/compare=before/)
    await settled(page)
    expect(await page.locator('.side strong').textContent()).toMatch(/than before$/)
    const pictures = () =>
      page.locator('main img').evaluateAll(images => images.map(image => image.getAttribute('alt')))
    const span = (start: string, end: string) => new RegExp(`pixels, ${start} to ${end}$`)
    const dayOf = (day: string, later: number) =>
      new Date(Date.parse(day) + later * 86_400_000).toISOString().slice(0, 10)
    expect((await pictures()).slice(1)).toEqual([
      expect.stringMatching(span(dayOf(from, -7), dayOf(from, -1))),
      expect.stringMatching(span(from, through)),
    ])
    const against = dayOf(from, -14)
    await page.getByLabel('With as many days from').fill(against)
    await page.waitForURL(new RegExp(`against=${against}`))
    await settled(page)
    expect((await pictures())[1]).toMatch(span(against, dayOf(from, -8)))
    const { data: compared } = await askText<{
      view: { heatmaps: { heat: { difference: { total: number } } }[] }
    }>(
      served.origin,
      `{ view(by: { id: "View:shop:/" }) { heatmaps { heat(days: { from: "${from}", to: "${to}" }, viewport: { min: 1296, max: 1584 }) {
        difference(against: { from: "${against}", to: "${dayOf(from, -7)}" }) { total } } } } }`,
    )
    const difference = compared.view.heatmaps[0]?.heat.difference.total ?? 0
    expect(await page.locator('.side strong').textContent()).toContain(
      `, ${Math.abs(difference)} ${difference > 0 ? 'more' : 'fewer'} than before`,
    )
    expect(await axeFindings(page)).toEqual([])
  }))

test('how deep a page is seen, before and after, is told in views and in shares', () =>
  inBrowser('depths compared', async ({ page }) => {
    const [from, to, against] = ['2026-11-16', '2026-11-23', '2026-11-09']
    const scroll = (first: string, end: string) =>
      `heat(type: SCROLL_DEPTH, days: { from: "${first}", to: "${end}" }, viewport: { min: 1296, max: 1584 }) {
        scroll { depth reached share } }`
    interface Depths {
      scroll: { depth: number; reached: number; share: number }[]
    }
    const { data } = await askText<{ view: { heatmaps: { now: Depths; before: Depths }[] } }>(
      served.origin,
      `{ view(by: { id: "View:shop:/" }) { heatmaps { now: ${scroll(from, to)} before: ${scroll(against, from)} } } }`,
    )
    const [told] = data.view.heatmaps
    const before = new Map(told?.before.scroll.map(row => [row.depth, row]))
    await openView(
      page,
      served.origin,
      `${views.page}&heat=SCROLL_DEPTH&width=1440&from=${from}&through=2026-11-22&compare=before`,
    )
    const caption =
      'Views that reached each depth, which the first picture compares, and their share of all views'
    expect(await page.getByText(caption).isVisible()).toBe(true)
    const isWhole = (box: Element) => box.scrollWidth <= box.clientWidth
    expect(await page.getByRole('region', { name: caption }).evaluate(isWhole)).toBe(true)
    const share = (value: number | undefined) => `${((value ?? 0) * 100).toFixed(1)}%`
    const rows = (await tableTexts(page, caption)).map(([depth, now, earlier, ...shares]) => [
      numberIn(depth?.replace(' px', '')),
      numberIn(now),
      numberIn(earlier),
      ...shares,
    ])
    expect(rows.length).toBeGreaterThan(2)
    expect(rows.slice(0, told?.now.scroll.length)).toEqual(
      told?.now.scroll.map(({ depth, reached, share: now }) => [
        depth,
        reached,
        before.get(depth)?.reached ?? 0,
        share(now),
        share(before.get(depth)?.share),
      ]),
    )
    expect(await axeFindings(page)).toEqual([])
  }))

test('a single interaction is told as one', () =>
  inBrowser('one interaction', async ({ page }) => {
    await page.route('**/graphql', async route => {
      const response = await route.fetch()
      const answer = await response.json()
      const { view, node } = answer.data ?? {}
      if (view) view.totalInteractions = 1
      if (node?.heat) node.heat.total = 1
      await route.fulfill({ response, json: answer })
    })
    await openView(page, served.origin, views.page)
    expect(await page.locator('h1 + p').textContent()).toMatch(/^1 interaction,/)
    expect(await page.locator('.side strong').textContent()).toBe('1 interaction')
  }))

test.each([views.websites, `${views.page}&compare=before`])(
  'tables and pictures are printed whole: %s',
  hash =>
    inBrowser(`print ${hash}`, async ({ page }) => {
      await openView(page, served.origin, hash)
      const cut = () =>
        page
          .locator('.scroll, .tall-image')
          .evaluateAll(boxes => boxes.filter(box => box.scrollHeight > box.clientHeight).length)
      expect(await cut()).toBeGreaterThan(0)
      await page.emulateMedia({ media: 'print' })
      expect(await cut()).toBe(0)
    }),
)

test('a store without Analytiks says so in place of charts', () =>
  inBrowser('uncounted store', async ({ page, complaints }) => {
    const catalog = parse(sandboxCatalog())
    for (const location of catalog.locations) if (location.id === 'oxford-street') delete location.analytiks
    await using uncounted = await serve({ catalog: stringify(catalog) })
    await openView(page, uncounted.origin, store)
    const traffic = page.getByRole('region', { name: 'Traffic' })
    expect(await traffic.innerText()).toContain(
      'Analytiks does not know this store, so nothing is known of its traffic.',
    )
    expect(await page.getByRole('region', { name: 'Opening pattern' }).innerText()).toContain('not known for')
    expect(await axeFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  }))

const nowhere = 'http://127.0.0.1:1'

test.each([
  ['analytiks', { ANALYTIKS_EXPORTS_URL: nowhere }, store, 'Heatmaps of the floor', 'img'],
  ['aura-vision', { AURA_VISION_URL: 'ws://127.0.0.1:1' }, store, 'Traffic', 'svg'],
  ['posthog', { POSTHOG_HOST: nowhere }, views.page, 'Heat', undefined],
  ['zenovay', { ZENOVAY_URL: nowhere }, views.page, 'Heat', 'img'],
  ['zenovay', { ZENOVAY_URL: nowhere }, views.websites, 'Pages', undefined],
  ['posthog', { POSTHOG_HOST: nowhere }, views.websites, 'Pages', 'table'],
  ['datadog', { DATADOG_URL: nowhere }, views.page, 'Heat', 'img'],
])('while %s is down a sentence says so, and the rest stands', (vendor, environment, hash, panel, left) =>
  inBrowser(`down ${vendor} ${panel}`, async ({ page, complaints }) => {
    await using down = await serve({ environment })
    await openView(page, down.origin, hash)
    await page.locator('.failure').first().waitFor()
    expect(await page.locator('.failure').first().innerText()).toContain(vendor)
    if (left) expect(await page.getByRole('region', { name: panel }).locator(left).count()).toBeGreaterThan(0)
    expect(await axeFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  }),
)

test.each(['day=2026-99-99', 'period=days&through=9999-12-31'])(
  'days that no calendar has are not taken from an address: %s',
  days =>
    inBrowser(`store ${days}`, async ({ page, complaints }) => {
      await openView(page, served.origin, `${store}&${days}`)
      expect(await page.getByLabel('Day', { exact: true }).inputValue()).toMatch(/^20\d\d-\d\d-\d\d$/)
      expect(complaints).toEqual([])
    }),
)

test('what could not be shown is told, and nobody waits for it', () =>
  inBrowser('not shown', async ({ page }) => {
    const body = "export async function showWebsites() { throw new Error('broken') }"
    await page.route('**/page/websites-view.js', route =>
      route.fulfill({ contentType: 'text/javascript', body }),
    )
    await openView(page, served.origin, '#/websites')
    expect(await page.getByRole('alert').allTextContents()).toContain('This could not be shown.')
    expect(await page.locator('main').getAttribute('aria-busy')).toBe('false')
  }))

test('the query of a panel opens in GraphiQL with its variables', () =>
  inBrowser('show the query', async ({ page }) => {
    await openView(page, served.origin, store)
    await page.getByRole('link', { name: 'Show the query' }).first().press('Enter')
    await page.waitForURL(/\/graphql/)
    await page.locator('.graphiql-execute-button').waitFor({ timeout: 60_000 })
    await expect.poll(() => shown(page, 'Operation Editor'), { timeout: 30_000 }).toContain('queryStore(')
    expect(await shown(page, 'Variables')).toContain('Location:oxford-street')
  }))
