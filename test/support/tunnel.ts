import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Emulator } from '../../src/sandbox/emulator.ts'

/** A port in front of an emulator, which sees the connections themselves. */
export interface Tunnel extends AsyncDisposable {
  /** The emulator's, with the tunnel's port. */
  readonly environment: Readonly<Record<string, string>>
  /** How many connections there have been. */
  readonly opened: number
  /** Resolves once no more than `count` are open. */
  drained(count?: number): Promise<void>
  /** Nothing passes any more on what is open, in either direction, and neither end is told. */
  stall(): void
}

export async function openTunnel({ origin, environment }: Emulator): Promise<Tunnel> {
  const { hostname, port, host } = new URL(origin)
  const open = new Set<Socket>()
  const stalls = new Set<() => void>()
  let opened = 0
  const server = createServer(near => {
    opened++
    open.add(near)
    const far = connect(Number(port), hostname)
    near.on('error', () => near.destroy()).on('close', () => far.destroy())
    far.on('error', () => far.destroy()).on('close', () => near.destroy())
    near.on('close', () => {
      open.delete(near)
      server.emit('hung up')
    })
    near.pipe(far).pipe(near)
    const stall = () => {
      for (const end of [near, far]) end.unpipe().resume()
    }
    stalls.add(stall)
    near.on('close', () => stalls.delete(stall))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    environment: Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace(host, own)]),
    ),
    get opened() {
      return opened
    },
    async drained(count = 0) {
      while (open.size > count) await once(server, 'hung up')
    },
    stall() {
      for (const stall of stalls) stall()
    },
    async [Symbol.asyncDispose]() {
      for (const near of open) near.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
