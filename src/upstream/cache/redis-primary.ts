import { createConnection, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AbstractConnector, type RedisOptions } from 'ioredis'
import { z } from 'zod'

/** Connects as ioredis does, but a connection to a replica is never ready: `refused` is called for each. */
export function primaryConnector(refused: () => void): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    readonly #address: z.output<typeof addressOptions>

    constructor(options: unknown) {
      const parsed = addressOptions.parse(options)
      super(parsed.disconnectTimeout)
      this.#address = parsed
    }

    /** `info` is the server's INFO; empty if the user may not read it. */
    override check(info: { readonly role?: string }): boolean {
      if (info.role !== 'slave') return true
      refused()
      return false
    }

    override async connect(): Promise<Socket> {
      this.connecting = true
      // It may be closed in the same turn.
      await Promise.resolve()
      if (!this.connecting) throw new Error('The connection was closed.')
      const { host, port, family, tls } = this.#address
      const address = { host, port, family }
      // A server may choose its certificate, and a balancer its server, by the name. An address is no name.
      const name = isIP(host) === 0 && { servername: host }
      const socket = tls ? connectTls({ ...address, ...name }) : createConnection(address)
      this.stream = socket
      socket.once('error', error => {
        this.firstError = error
      })
      return socket
    }
  }
}

/** The options that ioredis derives from a URL and its defaults. */
const addressOptions = z.object({
  host: z.string(),
  port: z.number(),
  family: z.literal([0, 4, 6]),
  /** `true` where the URL says `rediss:`. */
  tls: z.literal(true).optional(),
  disconnectTimeout: z.number(),
})
