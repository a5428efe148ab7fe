import type { UpstreamObserver } from '../observer.ts'
import type { Proxies } from './proxies.ts'

/** The bounds of one call; the same for every provider unless its settings differ. */
export interface Bounds {
  /** From the call to the last byte of its response, including the wait for a connection. */
  readonly deadlineMilliseconds: number
  /** For one response's body. A larger one is an error, and its rest is not read. */
  readonly maximumBytes: number
  /**
   * How long a connection must have been idle so that a read on it is sent again, at no cost, if it ends before any response; a
   * second by default. If it ends sooner, the vendor has failed as usual.
   */
  readonly idleMilliseconds?: number
  /** Observes each call. */
  readonly observer?: UpstreamObserver | undefined
  /** The proxies to vendors; without them, direct connections. */
  readonly proxies?: Proxies | undefined
}
