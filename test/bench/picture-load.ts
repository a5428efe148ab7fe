import { once } from 'node:events'
import { connect } from 'node:net'
import { z } from 'zod'
import { onOrder } from './orders.ts'

/** Opens each of many pictures once, so many at the same time, and throws them away: bytes are counted and never copied. */
const order = z.object({ origin: z.string(), paths: z.array(z.string()), connections: z.int() })

onOrder('open', async value => {
  const { origin, paths, connections } = order.parse(value)
  const left = paths.values()
  const worked = process.cpuUsage()
  const start = performance.now()
  const opened = await Promise.all(Array.from({ length: connections }, () => openEach(origin, left)))
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(worked)
  const bytes = opened.reduce((sum, bytes) => sum + bytes, 0)
  return { seconds, bytes, processorTime: (user + system) / 1000 }
})

/** On one connection, one after the other. Resolves with the bytes of their bodies. */
async function openEach(origin: string, paths: Iterator<string>): Promise<number> {
  const { host, hostname, port } = new URL(origin)
  let bytes = 0
  let left = 0
  const failed = Promise.withResolvers<never>()
  const ask = () => {
    const { value, done } = paths.next()
    if (done) return void socket.end()
    socket.write(`GET ${value} HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  }
  const take = (count: number, chunk: Uint8Array) => {
    let body = count
    if (left === 0) {
      // A head comes in one piece, first thing after a request.
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(count, 4096)).toString('latin1')
      const [head = ''] = text.split('\r\n\r\n', 1)
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1])
      if (!head.startsWith('HTTP/1.1 200 ') || !(length > 0)) failed.reject(new Error(`answered ${head}`))
      left = length
      body -= head.length + 4
    }
    left -= body
    bytes += body
    if (left === 0) ask()
    return true
  }
  const onread = { buffer: Buffer.allocUnsafe(262_144), callback: take }
  const socket = connect({ host: hostname, port: Number(port), onread })
  socket.once('connect', ask)
  socket.once('error', failed.reject)
  await Promise.race([once(socket, 'close'), failed.promise])
  return bytes
}

// Orders are all that it lives for.
process.channel?.ref()
