import type { Server } from 'node:http'
import { z } from 'zod'

/** What the bench asks of one of its processes, and what comes back. */
export const message = z.object({ order: z.string(), value: z.unknown().optional() })

/** Carries an order out whenever it comes; listening for orders does not keep a process alive. */
export function onOrder(order: string, carryOut: (value: unknown) => unknown): void {
  process.on('message', async received => {
    const asked = message.parse(received)
    if (asked.order === order) process.send?.({ order, value: await carryOut(asked.value) })
  })
  process.channel?.unref()
}

/** Says where a server of the bench listens, as Isotherm does. */
export function sayOrigin(server: Server): void {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('A server listens on a port.')
  console.log(`listens on http://127.0.0.1:${address.port}/`)
}
