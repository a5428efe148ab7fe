import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { installMilliseconds } from '../support/debian-package.ts'
import { takeCalls } from '../support/refused.ts'
import { type Served, serve } from '../support/serving.ts'
import { installChromium, openChromium, type Visit } from './chromium.ts'
import { type HtmlPage, serveHtml } from './html-page.ts'

vi.setConfig({ testTimeout: 60_000 })
const resources = new AsyncDisposableStack()
let served: Served
let site: HtmlPage
let visit: Visit
/** What the page of the other origin holds. */
let html = ''

beforeAll(installChromium, installMilliseconds)
beforeAll(async () => {
  site = resources.use(await serveHtml(() => `<!doctype html><title>Elsewhere</title>${html}`))
  served = resources.use(
    await serve({ environment: { ISOTHERM_CORS_ORIGINS: `${site.origin},https://second.example` } }),
  )
  visit = resources.use(await openChromium())
}, 60_000)
afterAll(() => resources.disposeAsync())

beforeEach(() => {
  html = ''
  takeCalls(served.sandbox)
})

const query = '{ websites(first: 1) { nodes { views(first: 1) { nodes { path } } } } }'

function link(): string {
  return `${served.origin}/graphql?${new URLSearchParams({ query })}`
}

/** By another name, so that it is another site, which nobody listed. */
function strange(): string {
  const url = new URL(site.origin)
  url.hostname = 'localhost'
  return url.origin
}

/** Opens the page, lets `act` ask the server of it, and tells how the server answered, whatever the browser shows of that. */
async function statusAt(page: string, act: () => unknown): Promise<number> {
  await visit.page.goto(page)
  const session = await visit.page.context().newCDPSession(visit.page)
  const asked = new Set<string>()
  const statuses = new Map<string, number>()
  const { promise, resolve } = Promise.withResolvers<number>()
  const look = () => {
    for (const [id, status] of statuses) if (asked.has(id)) resolve(status)
  }
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.url.startsWith(served.origin)) asked.add(requestId)
    look()
  })
  session.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => {
    statuses.set(requestId, statusCode)
    look()
  })
  await session.send('Network.enable')
  await act()
  const status = await promise
  await session.detach()
  return status
}

describe('a page of an origin that is not listed', () => {
  test.each<[what: string, script: (link: string, endpoint: string) => string]>([
    ['an image', link => `document.body.append(Object.assign(new Image(), { src: ${link} }))`],
    [
      'a script',
      link => `document.body.append(Object.assign(document.createElement('script'), { src: ${link} }))`,
    ],
    [
      'a frame',
      link =>
        `document.body.append(Object.assign(document.createElement('iframe'), { src: ${link} + '&documentId=x' }))`,
    ],
    ['a stream of events', link => `void new EventSource(${link})`],
    ['a fetch that reads nothing', link => `void fetch(${link}, { mode: 'no-cors' }).catch(() => 0)`],
    ['a fetch', link => `void fetch(${link}).catch(() => 0)`],
    ['a link to a document', link => `location.href = ${link} + '&documentId=x'`],
    [
      'a form',
      (_link, endpoint) =>
        `{ const form = document.createElement('form'); form.method = 'post'; form.action = ${endpoint}; document.body.append(form); form.submit() }`,
    ],
  ])('runs nothing by %s', async (_what, script) => {
    const act = () =>
      visit.page.evaluate(script(JSON.stringify(link()), JSON.stringify(`${served.origin}/graphql`)))
    expect(await statusAt(strange(), act)).toBe(403)
    expect(takeCalls(served.sandbox)).toEqual([])
  })

  test('may ask for an image', async () => {
    const act = () =>
      visit.page.evaluate(
        `document.body.append(Object.assign(new Image(), { src: '${served.origin}/images/x' }))`,
      )
    expect(await statusAt(strange(), act)).toBe(404)
  })
})

test('a sandboxed frame of a listed page reads no answer', async () => {
  const body = JSON.stringify({ query })
  const script = `fetch('${served.origin}/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(body)} })
    .then(answer => answer.text(), () => 'refused').then(text => parent.postMessage(origin + ' ' + text, '*'))`
  html = `<script>window.told = new Promise(done => onmessage = ({ data }) => done(data))</script>
    <iframe sandbox="allow-scripts" srcdoc="<script>${script.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}</script>"></iframe>`
  await visit.page.goto(site.origin)
  expect(await visit.page.evaluate('told')).toBe('null refused')
  expect(takeCalls(served.sandbox)).toEqual([])
})

test('a page of a listed origin reads answers', async () => {
  await visit.page.goto(site.origin)
  const body = JSON.stringify({ query })
  const asked = `fetch('${served.origin}/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(body)} }).then(answer => answer.json())`
  expect(await visit.page.evaluate(asked)).toMatchObject({
    data: { websites: { nodes: [{ views: { nodes: [{ path: expect.any(String) }] } }] } },
  })
  expect(takeCalls(served.sandbox)).not.toEqual([])
})
