import type { CallContext } from '../call-context.ts'
import type { ProviderName } from '../error.ts'
import { Admission, type PlannedCall } from './admission.ts'
import { Usage } from './usage.ts'

/** One request, as one provider meets it. */
export class RequestScope {
  readonly provider: ProviderName
  /** Ends when the request's own caller goes away, or its deadline passes. */
  readonly signal: AbortSignal
  /** The trace that the request is part of. */
  readonly traceparent: string | undefined
  readonly usage = new Usage()
  readonly #admission: Admission
  readonly #maximumCalls: number

  /** One who asks for no request, and who is bound by the vendor's limits alone. */
  static alone(provider: ProviderName, signal: AbortSignal, traceparent?: string): RequestScope {
    return new RequestScope(provider, signal, new Admission(false), Number.POSITIVE_INFINITY, traceparent)
  }

  constructor(
    provider: ProviderName,
    signal: AbortSignal,
    admission: Admission,
    maximumCalls: number,
    traceparent?: string,
  ) {
    this.provider = provider
    this.signal = signal
    this.traceparent = traceparent
    this.#admission = admission
    this.#maximumCalls = maximumCalls
  }

  /** Resolves when calls that were put into the plan may be made; rejects with what `Admission.admit` does. */
  admit(calls: readonly PlannedCall[]): Promise<void> {
    return this.#admission.admit(this.provider, calls, this.#maximumCalls)
  }

  /** A DataLoader's: a batch holds what a request asks until it pauses no more, so that pauses cost no calls. */
  readonly gather = (dispatch: () => void): void => this.#admission.pauses.gather(dispatch)

  /** Resolves with the value in a turn of the event loop that has time for it; never, where the caller has left. */
  pause<Value>(value: Value): Promise<Value> {
    return this.#admission.pauses.pause(value)
  }

  /** Makes a call that is nobody else's, such as a change, once it is let through. */
  async change<Value>(plan: PlannedCall, make: (callContext: CallContext) => Promise<Value>): Promise<Value> {
    const { signal, usage, traceparent } = this
    const begun = usage.planAlone()
    await this.admit([plan])
    const received = (bytes: number) => {
      usage.bytes += bytes
    }
    return make({ signal, requester: this, traceparent, begun, received })
  }
}
