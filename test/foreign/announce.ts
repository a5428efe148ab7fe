import { tracingChannel } from 'node:diagnostics_channel'
import type { Server } from 'node:net'

/** Loaded before a program that says nothing of itself: prints where it listens. */
tracingChannel<unknown, { server: Server }>('net.server.listen').subscribe({
  start() {},
  end() {},
  asyncStart() {},
  asyncEnd({ server }) {
    const address = server.address()
    if (address && typeof address === 'object') console.log(`listens on port ${address.port}`)
  },
  error() {},
})
