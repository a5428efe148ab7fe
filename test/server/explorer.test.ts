import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePage, packedExplorer } from '../../src/server/pages/packed-explorer.ts'
import { startNode } from '../support/child.ts'
import { type Served, serve } from '../support/serving.ts'

const resources = new AsyncDisposableStack()
let served: Served
beforeAll(async () => {
  served = resources.use(await serve())
})
afterAll(() => resources.disposeAsync())

async function ask(headers: Readonly<Record<string, string>>) {
  const answer = await request(`${served.origin}/graphql`, { headers: { accept: 'text/html', ...headers } })
  return { ...answer, bytes: Buffer.from(await answer.body.arrayBuffer()) }
}

test('GraphiQL is the same page packed and not, and names its outside scripts nowhere', async () => {
  const [packed, plain] = [await ask({ 'accept-encoding': 'br, gzip' }), await ask({})]
  expect([packed, plain].map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined])
  expect(Number(packed.headers['content-length'])).toBe(packed.bytes.byteLength)
  expect(packed.bytes.byteLength).toBeLessThan(plain.bytes.byteLength / 2)
  expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true)
  expect(plain.bytes.toString()).not.toMatch(/<script[^>]* src=/)
})

test('a browser that has the page gets 304, and asks each time', async () => {
  const { headers, bytes } = await ask({})
  const hash = createHash('sha256').update(bytes).digest('base64url')
  expect(headers.etag).toBe(`W/"${hash.slice(0, 22)}"`)
  expect(headers['cache-control']).toBe('no-cache')
  const again = await ask({ 'if-none-match': `${headers.etag}` })
  expect([again.statusCode, again.headers.etag, again.bytes.byteLength]).toEqual([304, headers.etag, 0])
  const reload = await ask({ 'if-none-match': `${headers.etag}`, 'cache-control': 'no-cache' })
  expect(reload.statusCode).toBe(200)
  expect((await ask({ 'if-none-match': '"other"' })).statusCode).toBe(200)
})

test.each([
  ['ends', 'process.exit(0)', 'ended with 0'],
  ['fails', 'throw new TypeError("no such page")', 'no such page'],
  [
    'has no page',
    'import("node:worker_threads").then(({ parentPort }) => parentPort.postMessage({}))',
    'tag',
  ],
])('a thread that %s before it made the page lets nobody wait', async (_what, script, message) => {
  await expect(makePage(0, scriptOf(script))).rejects.toThrow(message)
})

test('a thread that takes too long is ended, and who waited is told', async () => {
  await expect(makePage(0, scriptOf('setInterval(() => {}, 1000)'), 20)).rejects.toThrow(
    'took more than 20 ms',
  )
})

test('a thread that makes the page keeps no process alive', async () => {
  const module = join(import.meta.dirname, '../../src/server/pages/packed-explorer.ts')
  const endless = scriptOf('setInterval(() => {}, 1000)')
  const code = `const { makePage } = await import(${JSON.stringify(module)})
    void makePage(0, new URL(${JSON.stringify(endless.href)}))`
  await using child = await startNode(['--input-type=module', '--eval', code])
  expect(await child.ended()).toBe(0)
})

function scriptOf(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`)
}

test('the page is made once a day for all who ask, and again after it failed', async () => {
  const day = 86_400_000
  let now = 20_000 * day
  const made: number[] = []
  const explorer = packedExplorer(
    () => now,
    async at => {
      made.push(at)
      if (made.length === 1) throw new Error('no memory')
      return { packed: Buffer.from('page'), tag: String(made.length) }
    },
  )
  await expect(Promise.all([explorer(), explorer()])).rejects.toThrow('no memory')
  const [one, other] = await Promise.all([explorer(), explorer()])
  expect(one).toBe(other)
  now += day - 1
  expect(await explorer()).toBe(one)
  now += 1
  expect((await explorer()).tag).toBe('3')
  expect(made).toEqual([20_000 * day, 20_000 * day, 20_001 * day])
})
