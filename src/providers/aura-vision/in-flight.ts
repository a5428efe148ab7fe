import type { UpstreamError } from '../../upstream/error.ts'
import type { Assembly } from './frames.ts'

/** A request that waits for its answer. */
export interface Waiting {
  readonly assembly: Assembly
  /** Of its frames so far. */
  bytes: number
  readonly resolve: (json: string) => void
  readonly reject: (error: Error) => void
}

/**
 * The requests of one socket that wait for their answers, by id. An un-framed error names no request: it is theirs who are
 * still without an answer when all others that it could mean have one, those included who were given up.
 */
export class InFlight {
  readonly #waiting = new Map<string, Waiting>()
  /** The ids of requests that were given up, until something comes for them. */
  readonly #abandoned = new Set<string>()
  /** Who was without an answer when an un-framed error came, and the error. */
  readonly #suspects = new Map<string, UpstreamError>()
  #strays = 0

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  add(id: string, waiting: Waiting): void {
    this.#waiting.set(id, waiting)
  }

  /** Who waits under the id; a request that was given up is cleared of suspicion by whatever comes for it. */
  arrived(id: string): Waiting | undefined {
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

  /** Gives a request up: its answer, or the error in its place, may still come. */
  abandon(id: string, error: UpstreamError): void {
    const found = this.#waiting.get(id)
    if (!found) return
    this.#waiting.delete(id)
    this.#abandoned.add(id)
    found.reject(error)
  }

  /** An un-framed error came. */
  blame(error: UpstreamError): void {
    this.#strays++
    for (const id of [...this.#waiting.keys(), ...this.#abandoned]) {
      if (!this.#suspects.has(id)) this.#suspects.set(id, error)
    }
    this.#failSuspects()
  }

  /** Fails whoever waits. */
  fail(error: Error): void {
    const lost = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of lost) reject(error)
  }

  #acquit(id: string): void {
    this.#suspects.delete(id)
    this.#failSuspects()
  }

  #failSuspects(): void {
    if (this.#strays === 0 || this.#suspects.size > this.#strays) return
    this.#strays = 0
    for (const [id, error] of this.#suspects) {
      this.#abandoned.delete(id)
      const found = this.#waiting.get(id)
      this.#waiting.delete(id)
      found?.reject(error)
    }
    this.#suspects.clear()
  }
}
