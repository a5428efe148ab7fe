import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Served, serve } from './support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served
beforeAll(async () => {
  served = resources.use(await serve())
})
afterAll(() => resources.disposeAsync())

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

test('a browser gets a page that says what this is, whose links lead somewhere', async () => {
  const response = await fetch(served.origin, { headers: { accept: browser } })
  const page = await response.text()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('vary')).toMatch(/\bAccept\b/)
  expect(page).toContain('One GraphQL graph over the places and pages that people visit')
  const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => new URL(link, served.origin))
  expect(links.map(({ pathname }) => pathname)).toEqual(['/graphql', '/healthz', '/readyz'])
  const answers = await Promise.all(links.map(link => fetch(link, { headers: { accept: browser } })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  await Promise.all(answers.map(answer => answer.body?.cancel()))
})

test('the page runs no script, and its policy allows nothing but its own style', async () => {
  const response = await fetch(served.origin, { headers: { accept: browser } })
  const page = await response.text()
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(page) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  expect(response.headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
  expect(page).not.toMatch(/<script|\son\w+=|style="/)
})

test('others get text, or JSON if they prefer it, and HEAD gets only the headers', async () => {
  const text = await fetch(served.origin)
  expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(await text.text()).toMatch(/^Isotherm\n.*\n\n\/graphql {2}/)
  const json = await fetch(served.origin, { headers: { accept: 'application/json' } })
  expect(await json.json()).toMatchObject({ name: 'Isotherm', paths: { '/graphql': expect.any(String) } })
  const head = await fetch(served.origin, { method: 'HEAD', headers: { accept: browser } })
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await head.text()).toBe('')
})

test('other methods are refused', async () => {
  const response = await fetch(served.origin, { method: 'POST', body: '{}' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  await response.body?.cancel()
})

test('where only documents of the manifest are answered, it names no GraphiQL', async () => {
  await using strict = await serve({
    environment: {
      ISOTHERM_DOCUMENTS: `${import.meta.dirname}/generated/persisted-documents.json`,
      ISOTHERM_DOCUMENT_MODE: 'refuse',
    },
  })
  const page = await (await fetch(strict.origin, { headers: { accept: browser } })).text()
  expect(page).not.toContain('GraphiQL')
})
