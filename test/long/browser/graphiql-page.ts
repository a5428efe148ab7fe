import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** The prepared tabs, each with the vendors whose data its answer holds. */
export const tabs = {
  EverythingAtOnce: ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'],
  StoreFloor: ['aura-vision'],
  Traffic: ['analytiks'],
  Website: ['posthog', 'zenovay'],
  PageHeat: ['posthog'],
  ReplaySnapshots: ['zenovay', 'datadog'],
}
export const names = Object.keys(tabs)

/** What stands beside real data. */
export const costsAlone = { upstream: expect.anything(), freshness: expect.anything() }

export async function tabNames(page: Page): Promise<string[]> {
  await page.locator('.graphiql-tab-button').first().waitFor()
  return page.locator('.graphiql-tab-button').allInnerTexts()
}

export function activeTab(page: Page): Promise<string> {
  return page.locator('.graphiql-tab-active .graphiql-tab-button').innerText()
}

/** Picks a tab by one click, and waits until GraphiQL has read its query, which it then tells in the address. */
export async function openTab(page: Page, name: string): Promise<void> {
  if ((await activeTab(page)) === name) return
  await page.getByRole('button', { name, exact: true }).click()
  await page.waitForURL(url => url.searchParams.get('query')?.includes(`query ${name}`) ?? false)
}

/** Clicks the execute button and waits until the answer stands in the result pane. */
export async function run(page: Page, name: string): Promise<unknown> {
  const answered = page.waitForResponse(response => {
    const request = response.request()
    return request.method() === 'POST' && request.postDataJSON().operationName === name
  })
  await page.locator('.graphiql-execute-button').click()
  const answer: unknown = await (await answered).json()
  expect(answer).not.toHaveProperty('errors')
  const text = JSON.stringify(answer).replaceAll(/\s/g, '')
  const seen = async () => {
    const pane = await shown(page, 'Result Window')
    return pane.startsWith('{"data":') && text.startsWith(pane)
  }
  await expect.poll(seen, { timeout: 30_000 }).toBe(true)
  return answer
}

/** What an editor shows of its text, without its white space. */
export function shown(page: Page, section: string): Promise<string> {
  const lines = `[...document.querySelectorAll('[aria-label="${section}"] .view-line')]`
  return page.evaluate(
    `${lines}.sort((one, other) => one.offsetTop - other.offsetTop).map(line => line.textContent).join('').replaceAll(/\\s/g, '')`,
  )
}

/** Replaces an editor's text. */
export async function write(page: Page, section: string, text: string): Promise<void> {
  await page.locator(`[aria-label="${section}"] .view-lines`).first().click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

/** Waits until GraphiQL has stored a text in one of its tabs. */
export async function stored(page: Page, text: string): Promise<void> {
  await page.waitForFunction(`localStorage['graphiql:tabState'].includes(${JSON.stringify(text)})`)
}
