import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { z } from 'zod'
import { installChromium } from '../browser/chromium.ts'
import { middle } from './contest.ts'
import { startServer } from './process.ts'

/** In milliseconds since the browser began to load the page, by its own marks. */
const paints = z.object({ first: z.number(), useful: z.number(), whole: z.number() })
type Paints = z.output<typeof paints>

export const views = ['stores', 'store', 'websites', 'page'] as const
type View = (typeof views)[number]

/** A view in a browser that was never anywhere: as the first question to a server, and as a later one. */
export type PagePaints = Readonly<Record<View, { readonly cold: Paints; readonly again: Paints }>>

/** Marks the first numbers of the graph that are painted in the view: cells and figures with a digit. */
const observer = `new MutationObserver((_, observer) => {
  if (![...document.querySelectorAll('main td, main dd')].some(({ textContent }) => /\\d/.test(textContent))) return
  observer.disconnect()
  requestAnimationFrame(() => setTimeout(() => performance.mark('useful')))
}).observe(document, { subtree: true, childList: true, characterData: true })`

const marks = `({
  first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  useful: performance.getEntriesByName('useful')[0]?.startTime,
  whole: performance.getEntriesByName('shown')[0]?.startTime,
})`

/** Opens the page of the sandbox, view by view. Of several rounds the middle one counts. */
export async function measurePaints(rounds: number): Promise<PagePaints> {
  await installChromium()
  const addresses = await readAddresses()
  const result = async (view: View) => {
    const runs: { readonly cold: Paints; readonly again: Paints }[] = []
    for (let round = 0; round < rounds; round++) {
      await using server = await startSandbox()
      const cold = await visit(server.origin + addresses[view])
      runs.push({ cold, again: await visit(server.origin + addresses[view]) })
    }
    const of = (time: 'cold' | 'again'): Paints => ({
      first: middle(runs.map(run => run[time].first)),
      useful: middle(runs.map(run => run[time].useful)),
      whole: middle(runs.map(run => run[time].whole)),
    })
    return { cold: of('cold'), again: of('again') }
  }
  return {
    stores: await result('stores'),
    store: await result('store'),
    websites: await result('websites'),
    page: await result('page'),
  }
}

function startSandbox() {
  const environment = { PORT: '0', ISOTHERM_LOG_LEVEL: 'warn' }
  return startServer('../../src/main.ts', { environment, isMute: true })
}

/** The first store and the first page lead to theirs. */
async function readAddresses(): Promise<Readonly<Record<View, string>>> {
  await using server = await startSandbox()
  const linked = (list: string) =>
    opened(server.origin + list, page => page.locator('main tbody a').first().getAttribute('href'))
  const [stores, websites] = ['/#/stores', '/#/websites']
  return { stores, websites, store: `/${await linked(stores)}`, page: `/${await linked(websites)}` }
}

async function visit(address: string): Promise<Paints> {
  return opened(address, async page => {
    const whole = "document.querySelector('main')?.dataset.shown === location.hash"
    while (!(await page.evaluate<boolean>(whole))) await sleep(50)
    return paints.parse(await page.evaluate<unknown>(marks))
  })
}

/** In a browser of its own, whose requests nothing looks at: that would take as long as they do. */
async function opened<Result>(address: string, look: (page: Page) => Promise<Result>): Promise<Result> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-bench-'))
  resources.defer(() => rm(folder, { recursive: true, maxRetries: 10 }))
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run']
  const options = { executablePath: '/usr/bin/chromium', args, viewport: { width: 1440, height: 900 } }
  const context: BrowserContext = await chromium.launchPersistentContext(folder, options)
  resources.defer(() => context.close())
  const page = await context.newPage()
  await page.addInitScript(observer)
  await page.goto(address)
  return await look(page)
}
