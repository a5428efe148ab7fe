import type { UpstreamError } from '../../upstream/error.ts'
import type { Assembly } from './frames.ts'

/** A request that waits for its answer. */
export interface Waiting {
  readonly assembly: Assembly
  /** Its frames so far. */
  bytes: number
  /** The error if no answer comes in time, because a message came meanwhile that may have been meant for it. */
  unread?: UpstreamError
  readonly resolve: (json: string) => void
  readonly reject: (error: Error) => void
}

export interface InFlightOptions {
  /** How long an answer may still come for a request whose caller left, in milliseconds. */
  readonly leftMilliseconds: number
  /** How long other requests may still get their answers before all that remain are suspected. */
  readonly graceMilliseconds?: number
  /** The error for each of several requests if one of them failed, and nobody knows which. */
  readonly suspected: (error: UpstreamError) => Error
}

/** A gateway reports its time-out within 29 s of the request (AWS); a later message is about another one. */
const gatewayMilliseconds = 30_000

/**
 * The requests of one socket that wait for their answers, by id. An un-framed error names no request: it belongs to the one that
 * has no answer once all other suspects have theirs, including requests whose callers left recently. A request without an answer
 * within its deadline is only suspected of errors about its time. Requests that are still suspected after a moment of grace are
 * failed together.
 */
export class InFlight {
  readonly #options: InFlightOptions
  readonly #waiting = new Map<string, Waiting>()
  /** The requests whose callers left, with the time until which an answer may come. */
  readonly #abandoned = new Map<string, number>()
  /** The requests without an answer in time, with the time until which a message about them must come. */
  readonly #late = new Map<string, number>()
  /** The requests without an answer when an un-framed error came, and the error. */
  readonly #suspects = new Map<string, UpstreamError>()
  #strays = 0
  #grace: NodeJS.Timeout | undefined

  constructor(options: InFlightOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.size
  }

  add(id: string, waiting: Waiting): void {
    this.#waiting.set(id, waiting)
  }

  /** The request with the id. A message for a request whose caller left clears that request of suspicion. */
  arrived(id: string): Waiting | undefined {
    this.#late.delete(id)
    if (this.#abandoned.delete(id)) this.#acquit(id)
    return this.#waiting.get(id)
  }

  settle(id: string, how: (waiting: Waiting) => void): void {
    const found = this.#waiting.get(id)
    if (!found) return
    this.#waiting.delete(id)
    how(found)
    this.#acquit(id)
  }

  /** Its caller left, or its deadline passed: its answer, or an error in its place, may still come. */
  abandon(id: string, error: UpstreamError): void {
    const found = this.#waiting.get(id)
    if (!found) return
    this.#waiting.delete(id)
    if (error.code === 'UPSTREAM_TIMEOUT') this.#late.set(id, performance.now() + gatewayMilliseconds)
    else this.#abandoned.set(id, performance.now() + this.#options.leftMilliseconds)
    found.reject(error.code === 'UPSTREAM_TIMEOUT' ? (found.unread ?? error) : error)
    this.#forgetOld()
  }

  /** A message came that may be an error, or about no request: it does no harm to requests that are answered in time. */
  note(unread: UpstreamError): void {
    for (const waiting of this.#waiting.values()) waiting.unread ??= unread
  }

  /** An un-framed error came. */
  blame(error: UpstreamError): void {
    this.#forgetOld()
    const [late] = this.#late.keys()
    if (error.code === 'UPSTREAM_TIMEOUT' && late !== undefined) return void this.#late.delete(late)
    this.#strays++
    for (const id of [...this.#waiting.keys(), ...this.#abandoned.keys()]) {
      if (!this.#suspects.has(id)) this.#suspects.set(id, error)
    }
    this.#failSuspects()
    if (this.#strays > 0)
      this.#grace ??= setTimeout(() => this.#rejectSuspects(), this.#options.graceMilliseconds ?? 1000)
  }

  /** Fails all requests that wait. */
  fail(error: Error): void {
    this.#endGrace()
    const lost = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of lost) reject(error)
  }

  #forgetOld(): void {
    const now = performance.now()
    for (const [id, until] of this.#late) {
      if (until > now) break
      this.#late.delete(id)
    }
    for (const [id, until] of this.#abandoned) {
      if (until > now) break
      this.#abandoned.delete(id)
      this.#suspects.delete(id)
    }
  }

  #acquit(id: string): void {
    this.#suspects.delete(id)
    this.#failSuspects()
  }

  #failSuspects(): void {
    if (this.#strays === 0 || this.#suspects.size > this.#strays) return
    this.#endGrace()
    for (const [id, error] of this.#takeSuspects()) {
      this.#abandoned.delete(id)
      this.#take(id)?.reject(error)
    }
  }

  #rejectSuspects(): void {
    this.#endGrace()
    for (const [id, error] of this.#takeSuspects()) {
      const found = this.#take(id)
      if (!found) continue
      // All but the failed one may still get their answers.
      this.#abandoned.set(id, performance.now() + this.#options.leftMilliseconds)
      found.reject(this.#options.suspected(error))
    }
  }

  #takeSuspects(): readonly (readonly [string, UpstreamError])[] {
    const suspects = [...this.#suspects]
    this.#suspects.clear()
    this.#strays = 0
    return suspects
  }

  #take(id: string): Waiting | undefined {
    const found = this.#waiting.get(id)
    this.#waiting.delete(id)
    return found
  }

  #endGrace(): void {
    clearTimeout(this.#grace)
    this.#grace = undefined
  }
}
