import type { CallContext } from '../call-context.ts'
import { isTimeout } from '../deadline.ts'

/** One call with its retries, as its waiters see it. */
export class Course {
  /** Whether an attempt was sent twice automatically, for example over a connection that had been closed. */
  hasRepeated = false
  /** Why its connection was lost, if the call was sent again automatically. */
  loss: Error | undefined
  readonly #callContext: CallContext
  readonly #now: () => number
  /** The time before the first attempt, without waits for its turn. */
  #earlier: number
  #hasBegun = false
  #startedAt: number | undefined
  /** When the last attempt began: after it got a token, if it needs one. */
  #begunAt = 0
  /** When its response had come, which may be read later. */
  #arrivedAt: number | undefined

  /** `earlier` is the used part of its deadline, in milliseconds. */
  constructor(callContext: CallContext, now: () => number, earlier = 0) {
    this.#callContext = callContext
    this.#now = now
    this.#earlier = earlier
  }

  /** In milliseconds, without the waits for its turn. */
  get age(): number {
    return this.#earlier + (this.#startedAt === undefined ? 0 : this.#now() - this.#startedAt)
  }

  /** Counts the time of its preparation. */
  async preparing<Value>(prepare: () => Promise<Value>): Promise<Value> {
    const began = this.#now()
    try {
      return await prepare()
    } finally {
      if (this.#startedAt === undefined) this.#earlier += this.#now() - began
    }
  }

  /** The duration of the last attempt so far, until its response has come. */
  get lastMilliseconds(): number {
    return (this.#arrivedAt ?? this.#now()) - this.#begunAt
  }

  /** Whether an attempt was sent, rather than waiting for a token or a socket. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Whether an attempt was made, so that the next one repeats the call. */
  get hasStarted(): boolean {
    return this.#startedAt !== undefined
  }

  /** Whether nobody waits any more. A passed deadline does not count. */
  get isAbandoned(): boolean {
    const { signal } = this.#callContext
    return signal.aborted && !isTimeout(signal)
  }

  /** An attempt begins. Returns whether it is the first. */
  start(): boolean {
    this.#begunAt = this.#now()
    this.#arrivedAt = undefined
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
        this.#arrivedAt = undefined
        if (this.#hasBegun) callContext.repeated?.()
        else callContext.begun?.()
        this.#hasBegun = true
      },
      arrived: () => {
        this.#arrivedAt = this.#now()
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
