import type { LookupFunction } from 'node:net'
import { Agent, Client, type Dispatcher, Pool } from 'undici'
import { Exchange, type UsedConnection } from './exchange.ts'
import { type Proxies, proxyFor } from './proxies.ts'
import { connectorThrough } from './tunnel.ts'

export interface ConnectionBounds {
  /** For opening a connection. */
  readonly timeoutMilliseconds: number
  /** For one response's body on the wire; unbounded by default. */
  readonly maximumBytes?: number
  /** Resolves host names that no proxy resolves; by default the system does. */
  readonly lookup?: LookupFunction
  readonly proxies?: Proxies | undefined
}

/** Vendors' gateways send cookies and policies by the kilobyte; Node's own bound is 16 kB. */
export const maximumHeaderBytes = 64 * 1024

/** A pool of connections to each origin. Gives each call the idle time of its connection. */
export class Connections implements AsyncDisposable {
  readonly #bounds: ConnectionBounds
  readonly #pool: Agent
  #single: Agent | undefined
  readonly #closing = new AbortController()

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds
    this.#pool = this.#open({})
  }

  /** Sends on any free connection. */
  send(call: Dispatcher.DispatchOptions, exchange: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(call, exchange)
  }

  /** Sends on a new connection. */
  sendAnew(call: Dispatcher.DispatchOptions, exchange: Dispatcher.DispatchHandler): void {
    // After closing, the pool gets the call and refuses it.
    if (!this.#closing.signal.aborted) this.#single ??= this.#open({ pipelining: 0 })
    const agent = this.#single ?? this.#pool
    agent.dispatch(call, exchange)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await Promise.all([this.#pool.destroy(), this.#single?.destroy()])
  }

  #open(options: Pick<Agent.Options, 'pipelining'>): Agent {
    const { timeoutMilliseconds, maximumBytes, lookup } = this.#bounds
    return new Agent({
      ...options,
      connections: 64,
      // Over HTTP/2 undici repeats refused calls itself, even creations, and one lost connection fails many calls.
      allowH2: false,
      maxHeaderSize: maximumHeaderBytes,
      ...(maximumBytes !== undefined && { maxResponseSize: maximumBytes }),
      // The deadline of each call is the only clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMilliseconds, ...(lookup && { lookup }) },
      factory: (origin, settings) =>
        new Pool(origin, { ...settings, ...this.#wayTo(new URL(origin)), factory: openClient }),
    })
  }

  #wayTo(origin: URL): Pick<Pool.Options, 'connect'> {
    const { timeoutMilliseconds, proxies } = this.#bounds
    const proxy = proxyFor(origin, proxies)
    return proxy
      ? { connect: connectorThrough(proxy, { timeoutMilliseconds, signal: this.#closing.signal }) }
      : {}
  }
}

function openClient(origin: URL, options: object): Client {
  return new TimedClient(origin, options)
}

/** One connection at a time. */
class TimedClient extends Client implements UsedConnection {
  lastUsedAt: number | undefined

  constructor(origin: URL, options: Client.Options) {
    super(origin, options)
    this.on('connect', () => {
      this.lastUsedAt = undefined
    })
  }

  override dispatch(call: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (handler instanceof Exchange) handler.connection = this
    return super.dispatch(call, handler)
  }
}
