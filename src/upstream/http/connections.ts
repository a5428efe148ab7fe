import type { LookupFunction } from 'node:net'
import { Agent, Client, type Dispatcher, Pool } from 'undici'
import { Exchange, type Ride } from './exchange.ts'

export interface ConnectionBounds {
  /** Of opening one. */
  readonly timeoutMilliseconds: number
  /** Of one answer's body on the wire; unbounded by default. */
  readonly maximumBytes?: number
  /** Finds the addresses of hosts; by default the system's own. */
  readonly lookup?: LookupFunction
}

/** Vendors' gateways send cookies and policies by the kilobyte; Node's own bound is 16 kB. */
export const maximumHeaderBytes = 64 * 1024

/** A pool of connections to each origin, on which calls learn whether theirs was used before. */
export class Connections implements AsyncDisposable {
  readonly #bounds: ConnectionBounds
  readonly #kept: Agent
  #single: Agent | undefined
  #isClosed = false

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds
    this.#kept = this.#open({})
  }

  /** On whichever connection is free. */
  send(call: Dispatcher.DispatchOptions, exchange: Dispatcher.DispatchHandler): void {
    this.#kept.dispatch(call, exchange)
  }

  /** On a connection of its own. */
  sendAnew(call: Dispatcher.DispatchOptions, exchange: Dispatcher.DispatchHandler): void {
    // Once closed, the kept ones refuse it.
    if (!this.#isClosed) this.#single ??= this.#open({ pipelining: 0 })
    const agent = this.#single ?? this.#kept
    agent.dispatch(call, exchange)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await Promise.all([this.#kept.destroy(), this.#single?.destroy()])
  }

  #open(options: Pick<Agent.Options, 'pipelining'>): Agent {
    const { timeoutMilliseconds, maximumBytes, lookup } = this.#bounds
    return new Agent({
      ...options,
      connections: 64,
      // Over HTTP/2 undici itself sends again what a server turns away, creations too, and one lost connection fails many calls.
      allowH2: false,
      maxHeaderSize: maximumHeaderBytes,
      ...(maximumBytes !== undefined && { maxResponseSize: maximumBytes }),
      // The deadline of each call is the only clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMilliseconds, ...(lookup && { lookup }) },
      factory: (origin, settings) => new Pool(origin, { ...settings, factory: openClient }),
    })
  }
}

function openClient(origin: URL, options: object): Client {
  return new CountingClient(origin, options)
}

/** One connection at a time, which counts the answers on it. */
class CountingClient extends Client implements Ride {
  answered = 0

  constructor(origin: URL, options: Client.Options) {
    super(origin, options)
    this.on('connect', () => {
      this.answered = 0
    })
  }

  override dispatch(call: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (handler instanceof Exchange) handler.ride = this
    return super.dispatch(call, handler)
  }
}
