import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page, Response } from 'playwright-core'
import { expect } from 'vitest'
import { openChromium, type Visit } from '../../browser/chromium.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Where screenshots of failed tests are kept. */
const kept = join(tmpdir(), 'isotherm-page-screenshots')

/** Every way in which a view has to look well. */
export const looks = [390, 1440].flatMap(width =>
  (['light', 'dark'] as const).map(scheme => ({ width, scheme })),
)

/** Opens a view of the page and waits until all of it is there. */
export async function openView(page: Page, origin: string, hash: string): Promise<void> {
  await page.goto(`${origin}/${hash}`)
  await settled(page)
}

/** Waits until the view has its answers and its pictures. */
export async function settled(page: Page): Promise<void> {
  const isWhole = () =>
    page.evaluate<boolean>("document.querySelector('main')?.dataset.shown === location.hash")
  await expect.poll(isWhole, { timeout: 30_000 }).toBe(true)
  // What cannot be loaded is for the test to say.
  await page.evaluate('Promise.allSettled([...document.images].map(image => image.decode()))')
}

/** Runs a test in a browser that was never anywhere; of a failure a screenshot is kept, and the error names its file and what was refused. */
export async function inBrowser(name: string, run: (visit: Visit) => Promise<void>): Promise<void> {
  await using visit = await openChromium()
  const refusals: Promise<string>[] = []
  visit.page.on('response', answer => {
    if (answer.status() >= 400) refusals.push(refusalOf(answer))
  })
  visit.page.on('requestfailed', request => {
    refusals.push(Promise.resolve(`${request.failure()?.errorText} ${kindOf(request.url())}`))
  })
  try {
    await run(visit)
  } catch (error) {
    await mkdir(kept, { recursive: true })
    const path = join(kept, `${name.replaceAll(/\W+/g, '-')}.png`)
    await visit.page.screenshot({ path, fullPage: true })
    const told = [`The screenshot is ${path}.`, ...visit.complaints, ...(await Promise.all(refusals))]
    throw new Error(told.join('\n'), { cause: error })
  }
}

async function refusalOf(answer: Response): Promise<string> {
  const text = await answer.text().catch(String)
  return `${answer.status()} ${kindOf(answer.url())} ${text.slice(0, 500)}`
}

/** The first part of an address, since what follows may be signed. */
function kindOf(url: string): string {
  return `/${new URL(url).pathname.split('/')[1]}`
}

/** When a view was painted first and when it was whole, by the browser's own marks: to be read, never a limit. */
export async function paintTimes(page: Page): Promise<string> {
  const times = await page.evaluate<readonly (readonly [name: string, at: number])[]>(
    "[...performance.getEntriesByType('paint'), performance.getEntriesByName('shown')[0]].map(({ name, startTime }) => [name, startTime])",
  )
  expect(times.map(([name]) => name)).toEqual(expect.arrayContaining(['first-contentful-paint', 'shown']))
  const texts = times.map(([name, at]) => `${name} ${Math.round(at)} ms`)
  return `${texts.join(', ')} (load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores)`
}

/** What axe finds wrong: a rule with the elements that break it. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // A policy that allows no script inside holds for tests, too; the browser's own tools are beyond it.
  await page.evaluate(await readFile(axe, 'utf8'))
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    'axe.run(document, { resultTypes: ["violations"] })',
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** No part is wider than the window: only tables and pictures may be scrolled sideways, in boxes of their own. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  expect(overflow).toBe(0)
}

/** The texts of a table's body, once it is there: a list for each row. One that is folded is made after the press that opens it. */
export async function tableTexts(page: Page, caption: string): Promise<string[][]> {
  const table = page.getByRole('table', { name: caption })
  await table.waitFor()
  return table
    .locator('tbody tr')
    .evaluateAll(rows => rows.map(row => [...row.children].map(cell => cell.textContent ?? '')))
}

/** A number as the page writes it; null where there is none. */
export function numberIn(text: string | undefined): number | null {
  return text === undefined || text === '–' ? null : Number(text.replaceAll(',', ''))
}
