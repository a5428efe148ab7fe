import { expect, test } from 'vitest'
import { inBrowser, openView } from './page.ts'
import { servePage } from './served-page.ts'

const served = servePage()

test.each([390, 1440])('the labels of a chart are whole, however long, at %i pixels', width =>
  inBrowser(`chart labels ${width}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await page.route('**/graphql', async route => {
      const response = await route.fetch()
      const answer = await response.json()
      for (const { unit, columns } of answer.data?.location?.traffic ?? [])
        if (columns?.values?.length) columns.values[0] = unit === 'MILLISECONDS' ? 160_020_000 : 160_000_000
      await route.fulfill({ response, json: answer })
    })
    await openView(
      page,
      served.origin,
      '#/store?id=Location:oxford-street&interval=HOURLY&period=days&from=2026-11-20&through=2026-11-20',
    )
    const labels = await page.locator('.chart .tick[text-anchor=end]').evaluateAll(ticks =>
      ticks.map(tick => ({
        text: tick.textContent,
        left: Math.round(
          tick.getBoundingClientRect().left - (tick.closest('svg')?.getBoundingClientRect().left ?? 0),
        ),
      })),
    )
    expect(labels.map(({ text }) => text)).toEqual(expect.arrayContaining(['160,000,000', '50 h 0 min']))
    expect(labels.filter(({ left }) => left < 0)).toEqual([])
  }),
)
