import type { UpstreamObserver } from '../observer.ts'
import type { Proxies } from './proxies.ts'

/** Bounds of one call; the same for every provider unless its settings say otherwise. */
export interface Bounds {
  /** From the call to the last byte of its response, including the wait for a connection. */
  readonly deadlineMilliseconds: number
  /** Of one response's body; a larger one is an error, and its rest is not read. */
  readonly maximumBytes: number
  /**
   * How long a connection must have been idle for a read on it to be sent again, at no cost, if it ends before any response; a
   * second by default. One that ends sooner is a failure of the vendor like any other.
   */
  readonly idleMilliseconds?: number
  /** Sees each call. */
  readonly observer?: UpstreamObserver | undefined
  /** Through which vendors are reached; directly without them. */
  readonly proxies?: Proxies | undefined
}
