import { afterAll, beforeAll, expect, test } from 'vitest'
import { browser, filesFrom, pageFiles } from '../support/page-files.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served
beforeAll(async () => {
  served = resources.use(await serve())
})
afterAll(() => resources.disposeAsync())

test('a browser gets a page that says what this is, whose links lead somewhere', async () => {
  const response = await fetch(served.origin, { headers: { accept: browser } })
  const page = await response.text()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('vary')).toMatch(/\bAccept\b/)
  expect(page).toContain('One GraphQL graph over the places and pages that people visit')
  const links = [...page.matchAll(/<a href="([^"]+)"/g)].map(([, link = '']) => new URL(link, served.origin))
  expect(links.map(({ pathname }) => pathname)).toEqual(['/graphql', '/healthz', '/readyz'])
  const answers = await Promise.all(links.map(link => fetch(link, { headers: { accept: browser } })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  await Promise.all(answers.map(answer => answer.body?.cancel()))
})

test('the page holds no script and no style, and its policy allows only those of its own origin', async () => {
  const response = await fetch(served.origin, { headers: { accept: browser } })
  expect(response.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(await response.text()).not.toMatch(/<script(?![^>]*><\/script>)|<style|\son\w+=|style="/)
})

test.each(['zstd', 'br', 'gzip'])('the page and its files are of at most 60 KB by %s', async coding => {
  const sizeAt = async (path: string) => {
    const headers = { accept: browser, 'accept-encoding': coding }
    const response = await fetch(`${served.origin}${path}`, { headers })
    await response.text()
    return Number(response.headers.get('content-length'))
  }
  const names = await pageFiles(served.origin)
  const sizes = await Promise.all(['/', ...names.map(name => `/page/${name}`)].map(sizeAt))
  expect(Math.min(...sizes)).toBeGreaterThan(0)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000)
})

test('its files are checked by a tag, and nothing else is at their path', async () => {
  const names = await pageFiles(served.origin)
  expect(names).toEqual(expect.arrayContaining(['page.css', 'main.js', 'graph.js', 'documents.json']))
  await Promise.all(
    names.map(async name => {
      const url = `${served.origin}/page/${name}`
      const response = await fetch(url)
      const etag = response.headers.get('etag') ?? ''
      const again = await fetch(url, { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } })
      expect([response.status, again.status, again.headers.get('etag')], name).toEqual([200, 304, etag])
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }),
  )
  const others = [
    'nothing.js',
    '',
    'documents.graphql',
    '../home-page.ts',
    '..%2fserver/routes.ts',
    'toString',
  ]
  for (const other of others) expect((await fetch(`${served.origin}/page/${other}`)).status, other).toBe(404)
})

test('a browser is told of all its scripts at once, and of no other', async () => {
  const page = await (await fetch(served.origin, { headers: { accept: browser } })).text()
  const told = [...page.matchAll(/rel="modulepreload" href="page\/([^"]+)"/g)].map(([, name]) => name)
  const used = await filesFrom(served.origin, ['main.js'])
  expect(told).toEqual(used.filter(name => name.endsWith('.js')).sort())
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
      ISOTHERM_DOCUMENTS: `${import.meta.dirname}/../generated/persisted-documents.json`,
      ISOTHERM_DOCUMENT_MODE: 'refuse',
    },
  })
  const page = await (await fetch(strict.origin, { headers: { accept: browser } })).text()
  expect(page).not.toContain('GraphiQL')
  expect(page).not.toContain('data-explorer')
  // The page works all the same: its own documents are answered by their ids, and no others.
  const known = await (await fetch(`${strict.origin}/page/documents.json`)).json()
  const ask = (body: unknown) =>
    fetch(`${strict.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const own = await ask({ documentId: known.Websites.id })
  expect(await own.json()).toMatchObject({ data: { websites: { nodes: expect.any(Array) } } })
  const other = await ask({ query: '{ websites { nodes { id } } }' })
  expect(await other.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
})

test('with ISOTHERM_PAGE=off there are only links, no files, and no documents but those of the manifest', async () => {
  const known = await (await fetch(`${served.origin}/page/documents.json`)).json()
  await using without = await serve({
    environment: {
      ISOTHERM_PAGE: 'off',
      ISOTHERM_DOCUMENTS: `${import.meta.dirname}/../generated/persisted-documents.json`,
      ISOTHERM_DOCUMENT_MODE: 'refuse',
    },
  })
  const page = await (await fetch(without.origin, { headers: { accept: browser } })).text()
  expect(page).not.toMatch(/<script|<link|noscript|id="page"/)
  expect([...page.matchAll(/<a href="([^"]+)"/g)].map(([, link]) => link)).toEqual([
    'graphql',
    'healthz',
    'readyz',
  ])
  for (const name of ['main.js', 'page.css', 'documents.json'])
    expect((await fetch(`${without.origin}/page/${name}`)).status, name).toBe(404)
  const ask = async (body: unknown) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    return (await fetch(`${without.origin}/graphql`, { ...init, body: JSON.stringify(body) })).json()
  }
  const { id, text } = known.Websites
  for (const body of [{ documentId: id }, { query: text }])
    expect(await ask(body)).toMatchObject({ errors: [{ message: expect.any(String) }] })
})
