import { isDown, type ProviderName, UpstreamError } from '../error.ts'

/**
 * Decides by how calls end whether a vendor still responds. Waiting is pointless once no call has succeeded for one call's
 * deadline, counted from the start of the wait at the earliest.
 */
export class Liveness {
  readonly #provider: ProviderName
  readonly #milliseconds: number
  #succeededAt = Number.NEGATIVE_INFINITY
  /** The last call's failure, if none has succeeded since. */
  #failure: UpstreamError | undefined

  constructor(provider: ProviderName, deadlineMilliseconds: number) {
    this.#provider = provider
    this.#milliseconds = deadlineMilliseconds
  }

  /** A refusal counts as a success: a vendor that responds "not found" is alive. */
  note(now: number, failure: unknown): void {
    if (failure instanceof UpstreamError && isDown(failure)) {
      this.#failure = failure
      return
    }
    this.#failure = undefined
    this.#succeededAt = now
  }

  /** How many milliseconds more a wait that began at `since` is worthwhile. */
  left(now: number, since: number): number {
    return Math.max(since, this.#succeededAt) + this.#milliseconds - now
  }

  /** The error of calls that waited too long. */
  error(): UpstreamError {
    const { code = 'UPSTREAM_TIMEOUT', retryAfterSeconds } = this.#failure ?? {}
    const seconds = this.#milliseconds / 1000
    const message = `No call to ${this.#provider} has succeeded for ${seconds} s, so this one was not made.`
    return new UpstreamError(this.#provider, code, message, { cause: this.#failure, retryAfterSeconds })
  }
}
