import type { CallContext } from '../call-context.ts'

/** One call with its retries, as whoever waits for it sees it. */
export class Course {
  /** Whether an attempt was sent twice by itself, as over a connection that had been closed. */
  hasRepeated = false
  /** Why its connection was lost, if it was and the call was sent again by itself. */
  loss: Error | undefined
  readonly #callContext: CallContext
  readonly #now: () => number
  /** How long it took before the first attempt, waits for its turn apart. */
  #earlier: number
  #hasBegun = false
  #startedAt: number | undefined
  /** When the last attempt began: with a token, where it needed one. */
  #begunAt = 0

  /** `earlier` is what of its deadline was used before, in milliseconds. */
  constructor(callContext: CallContext, now: () => number, earlier = 0) {
    this.#callContext = callContext
    this.#now = now
    this.#earlier = earlier
  }

  /** In milliseconds, without the waits for its turn. */
  get age(): number {
    return this.#earlier + (this.#startedAt === undefined ? 0 : this.#now() - this.#startedAt)
  }

  /** Counts the time in which it is prepared. */
  async preparing<Value>(prepare: () => Promise<Value>): Promise<Value> {
    const began = this.#now()
    try {
      return await prepare()
    } finally {
      if (this.#startedAt === undefined) this.#earlier += this.#now() - began
    }
  }

  /** How long the last attempt took so far. */
  get lastMilliseconds(): number {
    return this.#now() - this.#begunAt
  }

  /** Whether an attempt was sent, and not only waits for a token or a socket. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Whether an attempt was made, so that the next one repeats the call. */
  get hasStarted(): boolean {
    return this.#startedAt !== undefined
  }

  /** Whether nobody waits any more. A deadline that passed is no such end. */
  get isAbandoned(): boolean {
    const { aborted, reason } = this.#callContext.signal
    return aborted && !(reason instanceof DOMException && reason.name === 'TimeoutError')
  }

  /** An attempt is made. Returns whether it is the first. */
  start(): boolean {
    this.#begunAt = this.#now()
    const isFirst = this.#startedAt === undefined
    this.#startedAt ??= this.#begunAt
    return isFirst
  }

  /** The call context of an attempt: only the first one begins the call, the others repeat it. */
  contextFor(signal: AbortSignal): CallContext {
    const callContext = this.#callContext
    return {
      ...callContext,
      signal,
      requester: callContext.requester ?? callContext.signal,
      begun: () => {
        this.#begunAt = this.#now()
        if (this.#hasBegun) callContext.repeated?.()
        else callContext.begun?.()
        this.#hasBegun = true
      },
      lost: reason => {
        this.loss = reason
      },
      repeated: () => {
        this.hasRepeated = true
        callContext.repeated?.()
      },
    }
  }
}
