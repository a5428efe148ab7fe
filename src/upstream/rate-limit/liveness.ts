import { isDown, type ProviderName, UpstreamError } from '../error.ts'

/**
 * Whether a vendor still answers, by how its calls end. A wait for it is in vain once no call has succeeded for as long as one
 * call may take, counted from the start of the wait at the earliest.
 */
export class Liveness {
  readonly #provider: ProviderName
  readonly #milliseconds: number
  #succeededAt = Number.NEGATIVE_INFINITY
  /** What the last call failed of, when none has succeeded since. */
  #failure: UpstreamError | undefined

  constructor(provider: ProviderName, deadlineMilliseconds: number) {
    this.#provider = provider
    this.#milliseconds = deadlineMilliseconds
  }

  /** A refusal is an answer as well: a vendor that says "not found" is alive. */
  note(now: number, failure: unknown): void {
    if (failure instanceof UpstreamError && isDown(failure)) {
      this.#failure = failure
      return
    }
    this.#failure = undefined
    this.#succeededAt = now
  }

  /** For how many milliseconds more a wait that began then has a point. */
  left(now: number, since: number): number {
    return Math.max(since, this.#succeededAt) + this.#milliseconds - now
  }

  /** What those are told who waited in vain. */
  error(): UpstreamError {
    const { code = 'UPSTREAM_TIMEOUT', retryAfterSeconds } = this.#failure ?? {}
    const seconds = this.#milliseconds / 1000
    const message = `No call to ${this.#provider} has succeeded for ${seconds} s, so this one was not made.`
    return new UpstreamError(this.#provider, code, message, { cause: this.#failure, retryAfterSeconds })
  }
}
