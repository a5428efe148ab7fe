import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Child, emptyFolder, originOf, startChild } from '../support/child.ts'
import { bearer, post, serveGuarded, someCaller } from '../support/guarded.ts'
import { serveWhileRewritten } from '../support/rewriting.ts'

const accounts = [
  { id: 'one', variables: 'ONE_' },
  { id: 'two', variables: 'TWO_' },
]

test('twenty callers of two accounts are served while the file is rewritten twelve times', () =>
  serveWhileRewritten(12))

describe('a file that is wrong', () => {
  test('is one line of the log, and the last good one stays', async () => {
    const caller = someCaller('app', ['one'])
    const file = { accounts, callers: [caller.entry] }
    await using guarded = await serveGuarded(file)
    for (const wrong of ['accounts: [', '', { accounts: [], callers: [caller.entry] }]) {
      const before = guarded.log.length
      await guarded.rewrite(wrong)
      expect(guarded.log.slice(before)).toEqual([
        expect.stringMatching(/^what was read before stays, since there are problems: .*access\.yaml:1: /),
      ])
      expect((await post(guarded.origin, bearer(caller.key))).status).toBe(200)
    }
    await writeFile(join(guarded.folder, 'catalog.yaml'), 'places: []')
    await guarded.rewrite({ ...file, callers: [] })
    expect(guarded.log.at(-1)).toContain('catalog.yaml:1: places: is not a key that is known here')
    expect((await post(guarded.origin, bearer(caller.key))).status).toBe(200)
  })
})

test('what is read again are also catalogs and trusted documents, of an account with its connections', async () => {
  const caller = someCaller('app', ['one'])
  const file = { accounts: [{ id: 'one', documents: 'documents.json' }], callers: [caller.entry] }
  const files = { 'documents.json': '{"names":"{ locations(first: 1) { nodes { name } } }"}' }
  await using guarded = await serveGuarded(file, { files, environment: { ISOTHERM_CACHE_BYTES: '1000000' } })
  const { origin, sandbox, folder } = guarded
  const pages =
    '{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views { nodes { path } } } }'
  const byId = async (id: string) =>
    (await fetch(`${origin}/graphql?documentId=${id}`, { headers: bearer(caller.key) })).json()
  await post(origin, bearer(caller.key), pages)
  expect(await byId('names')).toMatchObject({ data: { locations: { nodes: [{ name: 'Oxford Street' }] } } })
  const calls = sandbox.zenovay.journal.calls.length

  await writeFile(join(folder, 'catalog.yaml'), 'locations: [{ id: new, name: New }]')
  await writeFile(join(folder, 'documents.json'), '{"ids":"{ locations(first: 1) { nodes { name } } }"}')
  await guarded.isotherm.reload()
  expect(await byId('ids')).toMatchObject({ data: { locations: { nodes: [{ name: 'New' }] } } })
  expect(await byId('names')).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  })
  await post(origin, bearer(caller.key), pages)
  expect(sandbox.zenovay.journal.calls).toHaveLength(calls)
})

test('a request under way ends by the account that it entered, which is closed after it', async () => {
  const caller = someCaller('app', ['one', 'two'])
  const file = { accounts, callers: [caller.entry] }
  await using guarded = await serveGuarded(file)
  const { sandbox } = guarded
  const { promise: until, resolve: answer } = Promise.withResolvers<void>()
  sandbox.zenovay.journal.script({ until })
  const pages =
    '{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views { nodes { path } } } }'
  const asking = post(guarded.origin, bearer(caller.key, 'two'), pages)
  while (sandbox.zenovay.journal.calls.length === 0) await new Promise(resolve => setImmediate(resolve))
  await guarded.rewrite({ accounts: accounts.slice(0, 1), callers: [] })
  expect((await post(guarded.origin, bearer(caller.key, 'two'))).status).toBe(401)
  answer()
  const { body } = await asking
  expect(body).toMatchObject({ data: { website: { views: { nodes: expect.any(Array) } } } })
  expect(body).not.toHaveProperty('errors')
})

test('an image that arrives for an account which is retired is sent to its end', async () => {
  const raw = { width: 1000, height: 400, channels: 3 } as const
  const image = await sharp(randomBytes(1_200_000), { raw }).jpeg({ quality: 95 }).toBuffer()
  const half = Math.floor(image.byteLength / 2)
  const sending: ServerResponse[] = []
  const vendor = createServer((_request, response) => {
    sending.push(response)
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': image.byteLength })
    response.write(image.subarray(0, half))
  })
  vendor.listen(0, '127.0.0.1')
  await once(vendor, 'listening')
  onTestFinished(() => {
    vendor.closeAllConnections()
    vendor.close()
  })
  const caller = someCaller('app', ['one', 'two'])
  const { port } = vendor.address() as AddressInfo
  const environment = { TWO_POSTHOG_HOST: `http://127.0.0.1:${port}` }
  await using guarded = await serveGuarded({ accounts, callers: [caller.entry] }, { environment })
  const query =
    '{ node(id: "PageHeatmap:project:1:497f6eca-6276-4993-bfeb-53cbbbba6f08") { ... on PageHeatmap { image { link } } } }'
  const { body } = await post(guarded.origin, bearer(caller.key, 'two'), query)
  const { data } = body as { data: { node: { image: { link: string } } } }
  const response = await fetch(data.node.image.link)
  await guarded.rewrite({ accounts: accounts.slice(0, 1), callers: [] })
  expect((await post(guarded.origin, bearer(caller.key, 'two'))).status).toBe(401)
  sending[0]?.end(image.subarray(half))
  expect(Buffer.from(await response.arrayBuffer()).equals(image)).toBe(true)
})

test('a process reads its files again when they change, and on SIGHUP', async () => {
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  const file = join(folder, 'places.yaml')
  await writeFile(file, 'locations: [{ id: one, name: One }]')
  const environment = { PORT: '0', ISOTHERM_SANDBOX: 'on', ISOTHERM_CATALOG: file }
  await using isotherm = await startChild('main.ts', environment)
  const origin = await originOf(isotherm)
  const nameThere = async () => JSON.stringify((await post(origin, {})).body)
  expect(await nameThere()).toContain('"One"')

  await writeFile(`${file}.new`, 'locations: [{ id: two, name: Two }]')
  await rename(`${file}.new`, file)
  await logs(isotherm, /read again: .*places\.yaml/)
  expect(await nameThere()).toContain('"Two"')

  isotherm.process.kill('SIGHUP')
  await logs(isotherm, /read again: [\s\S]*read again: .*places\.yaml/)
  // It ends nothing while requests in flight end either.
  const headers = {
    'content-type': 'application/json',
    'content-length': String(question.length),
    expect: '100-continue',
  }
  const late = request(`${origin}/graphql`, { method: 'POST', headers })
  late.flushHeaders()
  await once(late, 'continue')
  isotherm.process.kill('SIGTERM')
  while (await isReached(origin)) await setTimeout(10)
  isotherm.process.kill('SIGHUP')
  late.end(question)
  const [response] = await once(late, 'response')
  expect(response.statusCode).toBe(200)
  response.resume()
  expect(await isotherm.ended()).toBe(0)
})

const question = JSON.stringify({ query: '{ __typename }' })

function isReached(origin: string): Promise<boolean> {
  return fetch(`${origin}/healthz`, { headers: { connection: 'close' } }).then(
    () => true,
    () => false,
  )
}

/** Resolves once the log of a process holds it. */
async function logs(child: Child, pattern: RegExp): Promise<void> {
  while (!pattern.test(child.stderr)) await once(child.process.stderr ?? child.process, 'data')
}
