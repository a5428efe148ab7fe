import type { ProviderName } from '../../upstream/error.ts'
import type { Usage } from '../../upstream/source/usage.ts'
import type { WaitClock } from '../../upstream/wait-clock.ts'
import type { Route } from '../routes.ts'

/** An operation, without anything that its caller may have put into it. */
export interface RecordedOperation {
  readonly type: 'query' | 'mutation' | 'subscription'
  /** Its name in the document. */
  readonly name: string | undefined
  /** `sha256:` with the hash of its document's text. */
  readonly document: string
  /** Whether the document is in the manifest. */
  readonly isTrusted: () => boolean
}

/** What a request used of a provider. */
export interface UpstreamUse {
  readonly provider: ProviderName
  readonly usage: Usage
}

/** The record of one request for logs, metrics and traces. Each part is filled in where it becomes known. */
export interface RequestRecord {
  readonly id: string
  readonly method: string
  /** By the clock of `performance`. */
  readonly startedAt: number
  /** How long it waited for vendors. */
  readonly waiting: WaitClock
  /** The trace of its upstream calls, in the form of W3C's header. */
  traceparent: string | undefined
  /** Undefined for an unknown path, and for a malformed request. */
  route?: Route | undefined
  /** By id. */
  caller?: string
  account?: string | undefined
  operation?: RecordedOperation
  estimatedCost?: number
  /** Whether it was counted against its caller's limit before the operation runs. */
  isCharged?: boolean
  /** The estimated bytes of the response. */
  estimatedBytes?: number
  /** The cost of the whole response, by the weights of the estimate. */
  actualCost?: number
  /** The provider's usage so far. */
  used?: () => readonly UpstreamUse[]
  /**
   * Until when an equal request may get its response, in milliseconds since 1970: 0 with a state that may change at any moment or
   * data that a mutation may change, else the end of the first local day that it used.
   */
  shareableUntil?: () => number
  /**
   * Until when its caller's own cache may keep its response, in milliseconds since 1970: 0 with a failure that it shows as data,
   * else the end of the first local day that it used.
   */
  privateCacheUntil?: () => number
}

/** How a request ended. */
export interface RequestEnd {
  /** Undefined if the client left before there was one. */
  readonly status: number | undefined
  /** Whether the client left, or was disconnected, before the response was complete. */
  readonly isAborted: boolean
  readonly milliseconds: number
  /** The bytes of the body, if its length was known when it began. */
  readonly bytes: number | undefined
}

/** Observes every request. Its methods have to be quick, and must not throw. */
export interface RequestObserver {
  /** Called first, before any check of the request. May set its trace. */
  begin?(record: RequestRecord): void
  /** Called once, when the response has ended or its client has left. */
  end(record: RequestRecord, end: RequestEnd): void
}
