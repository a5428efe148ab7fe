import type { UpstreamObserver } from '../observer.ts'
import type { Proxies } from './proxies.ts'

/** Bounds of one call; the same for every provider unless its settings say otherwise. */
export interface Bounds {
  /** From the call to the last byte of its response, including the wait for a connection. */
  readonly deadlineMilliseconds: number
  /** Of one response's body; a larger one is an error, and its rest is not read. */
  readonly maximumBytes: number
  /** Sees each call. */
  readonly observer?: UpstreamObserver | undefined
  /** Through which vendors are reached; directly without them. */
  readonly proxies?: Proxies | undefined
}
