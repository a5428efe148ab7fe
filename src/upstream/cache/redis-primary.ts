import { createConnection, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AbstractConnector, type RedisOptions } from 'ioredis'
import { z } from 'zod'

/** How ioredis connects, but for replicas: a connection to one is never ready. `refused` is called for each. */
export function primaryConnector(refused: () => void): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    readonly #address: z.output<typeof address>

    constructor(options: unknown) {
      const parsed = address.parse(options)
      super(parsed.disconnectTimeout)
      this.#address = parsed
    }

    /** `info` is what the server says of itself; nothing where the user may not ask. */
    override check(info: { readonly role?: string }): boolean {
      if (info.role !== 'slave') return true
      refused()
      return false
    }

    override async connect(): Promise<Socket> {
      this.connecting = true
      // It may be given up in the same turn.
      await Promise.resolve()
      if (!this.connecting) throw new Error('The connection was closed.')
      const { host, port, family, tls } = this.#address
      const place = { host, port, family }
      const socket = tls ? connectTls(place) : createConnection(place)
      this.stream = socket
      socket.once('error', error => {
        this.firstError = error
      })
      return socket
    }
  }
}

/** What ioredis makes of a URL and its own defaults. */
const address = z.object({
  host: z.string(),
  port: z.number(),
  family: z.literal([0, 4, 6]),
  /** `true` where the URL says `rediss:`. */
  tls: z.literal(true).optional(),
  disconnectTimeout: z.number(),
})
