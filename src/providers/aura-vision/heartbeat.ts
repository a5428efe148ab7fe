export interface HeartbeatOptions {
  /** How long nothing may come before the other end is asked whether it is there, and again before it is given up. */
  readonly quietMilliseconds: number
  /** Whether anything is waited for. */
  readonly isAwaited: () => boolean
  readonly ping: () => void
  /** Told once that nothing came for a ping either. */
  readonly onDead: () => void
}

/**
 * Tells a socket whose other end is gone without a word. While an answer is waited for and nothing comes, it is pinged; a
 * socket that was quiet before a question is pinged with it.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #lastArrival = performance.now()
  #isPinged = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** Something came, whatever it was. */
  arrived(): void {
    this.#lastArrival = performance.now()
    this.#isPinged = false
  }

  /** An answer is waited for from here on. */
  asked(): void {
    if (this.#timer) return
    if (this.#left <= 0) this.#ping()
    this.#wait(this.#options.quietMilliseconds)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Of the time that nothing may come, in milliseconds. */
  get #left(): number {
    return this.#options.quietMilliseconds - (performance.now() - this.#lastArrival)
  }

  #ping(): void {
    this.#isPinged = true
    this.#options.ping()
  }

  #wait(milliseconds: number): void {
    // What came while this process was busy is read before it is judged.
    this.#timer = setTimeout(() => setImmediate(() => this.#judge()), milliseconds).unref()
  }

  #judge(): void {
    if (!this.#timer) return
    this.#timer = undefined
    const { quietMilliseconds, isAwaited, onDead } = this.#options
    if (!isAwaited()) return
    if (this.#left > 0) this.#wait(this.#left)
    else if (this.#isPinged) onDead()
    else {
      this.#ping()
      this.#wait(quietMilliseconds)
    }
  }
}
