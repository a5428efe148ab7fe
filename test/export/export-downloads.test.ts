import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { ExportFiles, type OpenExportFile } from '../../src/export/export-files.ts'
import { exportFileRoute } from '../../src/server/exports/export-file-route.ts'
import { Refusal } from '../../src/server/http/refusal.ts'
import { readTarget } from '../../src/server/http/request-target.ts'
import { sendRefusal } from '../../src/server/send-refusal.ts'
import { emptyFolder } from '../support/child.ts'

const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())
afterEach(() => void vi.useRealTimers())

const never = new AbortController().signal

/** A server of nothing but downloads. Returns the address of the file with an id. */
async function serve(files: Pick<ExportFiles, 'open'>): Promise<(id: string) => string> {
  const send = exportFileRoute(files, 10_000)
  const server = createServer((request, response) => {
    send({ request, response, target: readTarget(request) }).catch((error: unknown) => {
      if (error instanceof Refusal) sendRefusal(request, response, error)
      else response.destroy()
    })
  })
  resources.defer(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return id => `http://127.0.0.1:${port}/export/files/${id}/traffic.parquet`
}

const anyId = 'A'.repeat(38)

test('a download ends with the time of its file', async () => {
  const files = resources.use(
    new ExportFiles({ folder: await emptyFolder(resources), maximumBytes: 2 ** 30 }),
  )
  const piece = new Uint8Array(2 ** 20)
  async function* pieces() {
    // More than sockets hold that nobody reads.
    for (let count = 0; count < 32; count++) yield piece
  }
  const addressOf = await serve(files)
  const response = await fetch(addressOf(await files.keep('one', pieces(), never)))
  expect(response.status).toBe(200)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_601_000 })
  const received = response.arrayBuffer().then(({ byteLength }) => byteLength)
  await expect(received).rejects.toThrow()
})

test('sixty-four files are read at once, and a further reader comes again later', async () => {
  const released = Promise.withResolvers<OpenExportFile | undefined>()
  const allOpen = Promise.withResolvers<void>()
  let count = 0
  const addressOf = await serve({
    open() {
      if (++count === 64) allOpen.resolve()
      return released.promise
    },
  })
  const readers = Array.from({ length: 64 }, () => fetch(addressOf(anyId)))
  await allOpen.promise
  const refused = await fetch(addressOf(anyId))
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10'])
  released.resolve(undefined)
  expect(new Set((await Promise.all(readers)).map(({ status }) => status))).toEqual(new Set([404]))
  expect((await fetch(addressOf(anyId))).status).toBe(404)
})

test("readers of one caller's files leave room for those of another's", async () => {
  const released = Promise.withResolvers<Uint8Array>()
  const allRead = Promise.withResolvers<void>()
  let count = 0
  const addressOf = await serve({
    async open(id) {
      const [owner = ''] = id
      const read = () => {
        if (owner !== 'A') return Promise.resolve(new Uint8Array(8))
        if (++count === 32) allRead.resolve()
        return released.promise
      }
      return {
        read,
        owner,
        byteLength: 8,
        expiresAt: Date.now() + 3_600_000,
        async [Symbol.asyncDispose]() {},
      }
    },
  })
  const readers = Array.from({ length: 32 }, () => fetch(addressOf(anyId)))
  await allRead.promise
  const refused = await fetch(addressOf(anyId))
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10'])
  expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' })
  expect((await fetch(addressOf('B'.repeat(38)))).status).toBe(200)
  released.resolve(new Uint8Array(8))
  for (const reader of await Promise.all(readers)) expect((await reader.arrayBuffer()).byteLength).toBe(8)
  while ((await fetch(addressOf(anyId))).status === 429) await new Promise(resolve => setImmediate(resolve))
})

test('whose files they are is known of those of this process, also where their folder had to be made', async () => {
  const folder = join(await emptyFolder(resources), 'made', 'when-missing')
  const [files, others] = [
    resources.use(new ExportFiles({ folder, maximumBytes: 2 ** 30 })),
    resources.use(new ExportFiles({ folder, maximumBytes: 2 ** 30 })),
  ]
  async function* pieces() {
    yield new Uint8Array(8)
  }
  const ids = [await files.keep('one', pieces(), never), await files.keep('two', pieces(), never)]
  const ownersSeenBy = async (reader: ExportFiles) =>
    Promise.all(
      ids.map(async id => {
        await using file = await reader.open(id)
        return file?.owner
      }),
    )
  expect(await ownersSeenBy(files)).toEqual(['one', 'two'])
  const [first, second] = await ownersSeenBy(others)
  expect([first, second]).toEqual([expect.stringContaining(folder), first])
})
