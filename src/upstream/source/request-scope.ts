import type { CallContext, Charge } from '../call-context.ts'
import { CallTrail, type IncomingRequest } from '../call-trail.ts'
import type { ProviderName } from '../error.ts'
import { Admission, type PlannedCall } from './admission.ts'
import { Usage } from './usage.ts'

/** Who asks for images, since nobody is named: one caller, which gets one share. The id of no other begins with a colon. */
export const imageCaller = ':images'

/** Who asks, and how. */
interface ScopeOptions {
  readonly incoming?: IncomingRequest | undefined
  readonly caller?: string | undefined
  readonly charge?: Charge | undefined
  readonly isBulk?: boolean
}

/** One incoming request, as one provider's code meets it. */
export class RequestScope {
  readonly provider: ProviderName
  /** Aborts when the request's client leaves, or its deadline passes. */
  readonly signal: AbortSignal
  readonly incoming: IncomingRequest
  /** Whose request it is; undefined if callers are not told apart. */
  readonly caller: string | undefined
  /** The caller's own limit, if it has one. */
  readonly charge: Charge | undefined
  /** Whether it reads a great many values, each once: memory keeps few of them. */
  readonly isBulk: boolean
  readonly usage = new Usage()
  /** Called with a value of which only a part has come, for requests that can begin with that. */
  onArriving: ((value: object) => void) | undefined
  /** Stands for the request where callers take turns: limiters remember it for a while, and nothing else of the request. */
  readonly requester: object = {}
  readonly #admission: Admission
  readonly #maximumCalls: number

  /** A scope outside of GraphQL requests, which only the vendor's limits bound. All of the same caller share its turns. */
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
