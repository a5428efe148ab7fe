export interface HeartbeatOptions {
  /** The silence after which the other end is pinged, and after which it counts as gone. */
  readonly quietMilliseconds: number
  /** Whether an answer is expected. */
  readonly isAwaited: () => boolean
  readonly ping: () => void
  /** Called once if nothing came after a ping either. */
  readonly onDead: () => void
}

/**
 * Detects that a socket's other end is gone. Pings it if an answer is expected and nothing comes. A socket that was quiet before
 * a question is pinged with the question.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #lastArrival = performance.now()
  #isPinged = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** A message or a pong came. */
  arrived(): void {
    this.#lastArrival = performance.now()
    this.#isPinged = false
  }

  /** From now on an answer is expected. */
  asked(): void {
    if (this.#timer) return
    if (this.#left <= 0) this.#ping()
    this.#wait(this.#options.quietMilliseconds)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** How long nothing may come, in milliseconds. */
  get #left(): number {
    return this.#options.quietMilliseconds - (performance.now() - this.#lastArrival)
  }

  #ping(): void {
    this.#isPinged = true
    this.#options.ping()
  }

  #wait(milliseconds: number): void {
    // Messages that came while this process was busy are read first.
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
