import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Deliveries, type DeliveryOptions } from '../../src/images/deliveries.ts'
import type { ImageFile } from '../../src/upstream/images/image.ts'

/** More than the buffers of two sockets hold. */
const megabytes = 24

test('a reader who takes nothing is dropped, and whoever takes it all gets it', async () => {
  const upstream = await deliver({ patience: 300 })
  const silent = await upstream.reader()
  // A busy machine makes even this one wait.
  const patient = await deliver({ patience: 10_000 })
  const eager = fetch(patient.origin).then(async response => (await response.arrayBuffer()).byteLength)
  expect(await eager).toBe(megabytes * 2 ** 20)
  expect(await silent.hadAll).toBe(false)
})

test('a reader who takes a few bytes now and then is dropped as well', async () => {
  const upstream = await deliver({ patience: 300 })
  const slow = await upstream.reader()
  const drip = setInterval(() => slow.socket.read(10), 20)
  onTestFinished(() => clearInterval(drip))
  expect(await slow.hadAll).toBe(false)
})

test('requests that wait behind an answer that nobody reads go with it', async () => {
  const upstream = await deliver({ patience: 300 })
  const silent = await upstream.reader(3)
  expect(await silent.hadAll).toBe(false)
  await expect.poll(upstream.underWay).toBe(0)
})

test('when more is held than may be, those go who took nothing for longest', async () => {
  const maximumBytes = 2.5 * megabytes * 2 ** 20
  const upstream = await deliver({ patience: 600_000, maximumBytes })
  const first = await upstream.reader()
  const second = await upstream.reader()
  const third = await upstream.reader()
  expect(await first.hadAll).toBe(false)
  expect([second.response.closed, third.response.closed]).toEqual([false, false])
  await expect.poll(upstream.underWay).toBe(2)
})

test('one image is held once however many read it', async () => {
  const image = imageOf()
  const upstream = await deliver({ patience: 600_000, maximumBytes: image.byteLength }, () => image)
  for (let readers = 1; readers <= 5; readers++) {
    await upstream.reader()
    expect(upstream.underWay()).toBe(readers)
  }
})

test('an image is held once by those who read it while it arrives and those who have it whole', async () => {
  const early = imageOf()
  const copies = [early, { ...early }]
  const upstream = await deliver(
    { patience: 600_000, maximumBytes: early.byteLength },
    () => copies.pop() ?? early,
  )
  const first = await upstream.reader()
  await upstream.reader()
  expect([first.response.destroyed, upstream.underWay()]).toEqual([false, 2])
})

test('a reader who waits for the vendor is not idle', async () => {
  const vendor = Promise.withResolvers<void>()
  async function* late(image: ImageFile) {
    yield Buffer.alloc(1)
    await vendor.promise
    yield* image.parts
  }
  const maximumBytes = 2.5 * megabytes * 2 ** 20
  let readers = 0
  const upstream = await deliver({ patience: 600_000, maximumBytes }, imageOf, image =>
    readers++ === 0 ? late(image) : image.parts,
  )
  const waiting = await upstream.reader()
  await once(waiting.socket, 'readable')
  const idle = await upstream.reader()
  const third = await upstream.reader()
  await Promise.race([idle.hadAll, waiting.hadAll])
  const closed = [waiting, idle, third].map(({ response }) => response.closed)
  expect(closed).toEqual([false, true, false])
  vendor.resolve()
})

interface Reader {
  readonly socket: Socket
  /** The first answer to it. */
  readonly response: ServerResponse
  /** Resolves with whether it had all by its end. */
  readonly hadAll: Promise<boolean>
}

/** A server that delivers one image a request, and readers who take nothing of it by themselves. */
async function deliver(
  options: DeliveryOptions,
  imageFor: () => ImageFile = imageOf,
  piecesOf: (image: ImageFile) => Iterable<Buffer> | AsyncIterable<Buffer> = ({ parts }) => parts,
) {
  const deliveries = new Deliveries(options)
  let underWay = 0
  const server = createServer(async (_request, response) => {
    const image = imageFor()
    underWay++
    response.writeHead(200, { 'content-length': image.byteLength })
    server.emit('begun', response)
    await deliveries.deliver(response, image, piecesOf(image))
    underWay--
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    origin: `http://127.0.0.1:${port}`,
    underWay: () => underWay,
    async reader(requests = 1): Promise<Reader> {
      const begun = once(server, 'begun')
      const socket = connect(port, '127.0.0.1')
      onTestFinished(() => void socket.destroy())
      socket.on('error', () => undefined)
      socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(requests))
      const [response] = (await begun) as [ServerResponse]
      const hadAll = once(response, 'close').then(() => response.writableFinished)
      return { socket, response, hadAll }
    },
  }
}

function imageOf(): ImageFile {
  const parts = Array.from({ length: megabytes }, () => Buffer.alloc(2 ** 20))
  return { parts, byteLength: megabytes * 2 ** 20, contentType: 'image/png', etag: '"tag"' }
}
