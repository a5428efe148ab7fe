import type { CallContext, Charge } from '../call-context.ts'
import { CallTrail, type IncomingRequest } from '../call-trail.ts'
import type { ProviderName } from '../error.ts'
import { Admission, type PlannedCall } from './admission.ts'
import { Usage } from './usage.ts'

/** The caller of image requests, which name nobody: one caller with one share. No other id begins with a colon. */
export const imageCaller = ':images'

/** The origin of a request. */
interface ScopeOptions {
  readonly incoming?: IncomingRequest | undefined
  readonly caller?: string | undefined
  readonly charge?: Charge | undefined
  readonly isBulk?: boolean
}

/** One incoming request, as one provider's code sees it. */
export class RequestScope {
  readonly provider: ProviderName
  /** Aborts when the request's client leaves, or its deadline passes. */
  readonly signal: AbortSignal
  readonly incoming: IncomingRequest
  /** The request's caller; undefined if callers are not distinguished. */
  readonly caller: string | undefined
  /** The caller's own limit, if it has one. */
  readonly charge: Charge | undefined
  /** Whether it reads a great many values, each once: memory keeps few of them. */
  readonly isBulk: boolean
  readonly usage = new Usage()
  /** Called with an incomplete value, for requests that can start with a part. */
  onArriving: ((value: object) => void) | undefined
  /** Represents the request in queues: limiters keep it for a while, and nothing else of the request. */
  readonly requester: object = {}
  readonly #admission: Admission
  readonly #maximumCalls: number

  /** A scope outside of GraphQL requests, bounded only by the vendor's limits. All scopes of one caller share its turns. */
  static alone(
    provider: ProviderName,
    signal: AbortSignal,
    caller: string,
    incoming?: IncomingRequest,
  ): RequestScope {
    const admission = new Admission(false)
    return new RequestScope(provider, signal, admission, Number.POSITIVE_INFINITY, { incoming, caller })
  }

  constructor(
    provider: ProviderName,
    signal: AbortSignal,
    admission: Admission,
    maximumCalls: number,
    { incoming = {}, caller, charge, isBulk = false }: ScopeOptions = {},
  ) {
    this.provider = provider
    this.signal = signal
    this.incoming = incoming
    this.caller = caller
    this.charge = charge
    this.isBulk = isBulk
    this.#admission = admission
    this.#maximumCalls = maximumCalls
  }

  /** Resolves when planned calls may be made; rejects as `Admission.admit` does. */
  admit(calls: readonly PlannedCall[]): Promise<void> {
    return this.#admission.admit(this.provider, calls, this.#maximumCalls)
  }

  /** A DataLoader's batchScheduleFn: waits until the request's work no longer pauses, so that pauses cost no calls. */
  readonly gather = (dispatch: () => void): void => this.#admission.pauses.gather(dispatch)

  /** Whether work that can wait should pause now. */
  get isPauseDue(): boolean {
    return this.#admission.pauses.isDue
  }

  /** Resolves with the value in a turn of the event loop that has time for it; never if the client has left. */
  pause<Value>(value: Value): Promise<Value> {
    return this.#admission.pauses.pause(value)
  }

  /** Resolves when a batch is done, which counts as waiting for the provider if it is not done yet. */
  async waitFor({ isDone, done }: { readonly isDone: boolean; readonly done: Promise<void> }): Promise<void> {
    const { waiting } = this.incoming
    await (isDone || !waiting ? done : waiting.measure(done))
  }

  /** Makes a call that is not shared, such as a change, once it is admitted. */
  async change<Value>(plan: PlannedCall, make: (callContext: CallContext) => Promise<Value>): Promise<Value> {
    const { signal, usage, incoming, caller, charge, requester } = this
    const begun = usage.planAlone()
    await this.admit([plan])
    const received = (bytes: number) => {
      usage.bytes += bytes
    }
    const trail = new CallTrail(plan.route, incoming)
    const { traceparent } = incoming
    try {
      const made = make({ signal, requester, caller, charge, traceparent, trail, begun, received })
      return await (incoming.waiting?.measure(made) ?? made)
    } catch (error) {
      trail.explain(error)
      throw error
    }
  }
}
