import cluster from 'node:cluster'
import { z } from 'zod'
import type { Environment } from './config/environment.ts'
import type { StartOptions } from './isotherm.ts'
import { serveUntil } from './serve.ts'

/** Whether this process is one of several that serve one port. */
export const { isWorker } = cluster

/** The variables of emulated vendors, by provider; null if the sandbox does not run. */
const emulated = z.record(z.string(), z.record(z.string(), z.string())).nullable()

/** The orders of the parent process to each worker. */
const order = z.union([
  z.object({ start: z.object({ worker: z.number(), emulated, ticketKey: z.string() }) }),
  z.object({ reload: z.literal(true) }),
  z.object({ stop: z.literal(true) }),
])

/** The reports of a worker to the parent process. */
export const report = z.union([z.object({ isWaiting: z.literal(true) }), z.object({ greeting: z.string() })])

export type Order = z.output<typeof order>

/** Serves until a signal or an order to stop, and returns the exit code. It ends with its parent process. */
export async function work(
  signal: Promise<void>,
  environment: Environment,
  options: StartOptions,
): Promise<number> {
  const { worker: own } = cluster
  if (!own) throw new Error('This process is no worker.')
  const ordered = Promise.withResolvers<void>()
  const started = Promise.withResolvers<Extract<Order, { start: unknown }>['start']>()
  const reloads = new Set<() => void>()
  own.on('message', message => {
    const heard = order.parse(message)
    if ('stop' in heard) ordered.resolve()
    else if ('start' in heard) started.resolve(heard.start)
    else for (const reload of reloads) reload()
  })
  const send = (message: z.output<typeof report>) => void own.send(message)
  try {
    send({ isWaiting: true })
    const { worker, emulated, ticketKey } = await started.promise
    const sandbox = emulated && {
      environment: (names: readonly string[] = Object.keys(emulated)) =>
        Object.assign({}, ...names.map(name => emulated[name])),
    }
    const stopped = Promise.race([signal, ordered.promise])
    await serveUntil(
      stopped,
      environment,
      { ...options, worker, ticketKey, ...(sandbox && { sandbox }) },
      {
        greet: greeting => send({ greeting }),
        onReload(listener) {
          reloads.add(listener)
          return { [Symbol.dispose]: () => void reloads.delete(listener) }
        },
      },
    )
    return 0
  } finally {
    // Its channel would keep it alive.
    own.disconnect()
  }
}
