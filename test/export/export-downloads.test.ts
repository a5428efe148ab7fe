import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { ExportFiles, type OpenExportFile } from '../../src/export/export-files.ts'
import { exportFileRoute } from '../../src/server/export-file-route.ts'
import { Refusal, sendRefusal } from '../../src/server/refusal.ts'
import { readTarget } from '../../src/server/request-target.ts'
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
