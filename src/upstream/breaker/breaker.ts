import { FailureWindow } from './failure-window.ts'
import { windowMilliseconds } from './rolling-count.ts'

/** Half-open: its pause is over, and the next call, or the current one, decides. */
export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN'

/**
 * What the end of a call says about its host. `refused` is a response that is about the call, such as a 4xx status, and is not
 * counted; `unknown` says nothing, for example because the caller left.
 */
export type Outcome = 'well' | 'failed' | 'refused' | 'unknown'

export interface BreakerOptions {
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** The fewest calls of ten seconds that may open it; infinite for a breaker that never opens. */
  readonly minimumCalls?: number
  /** The first pause. Each failed probe doubles it, up to ten times the first; so does a host that soon fails again. */
  readonly pauseMilliseconds?: number
  /** Called when it opens, or stays open, for so many milliseconds. */
  readonly onOpen?: (milliseconds: number, isProbe: boolean) => void
  readonly onClose?: () => void
}

/** A call that is let through. Call `end` once. */
export interface Attempt {
  /** Whether the breaker has opened since, so that the call must not be sent any more. */
  readonly isOver: () => boolean
  end(outcome: Outcome, question: string): void
}

/** How many calls are let through until the first, second and third second after a pause; later all are. */
const recoveringCalls = [10, 30, 70]

/**
 * Keeps calls from a host that fails. After a pause one call is let through and decides for all. If it succeeds, more and more
 * follow, since an unstable host may fail again.
 */
export class Breaker {
  readonly #options: BreakerOptions
  readonly #firstPause: number
  readonly #window: FailureWindow
  /** Undefined while it is closed. */
  #open: { readonly until: number; readonly pause: number; probe?: Attempt | undefined } | undefined
  /** The last pause, its end, and how many calls were let through since. */
  #recovery = { pause: 0, since: Number.NEGATIVE_INFINITY, begun: 0 }
  /** Changes when it opens and closes: older calls say nothing about the current state. */
  #era = 0

  constructor(options: BreakerOptions) {
    this.#options = options
    this.#firstPause = options.pauseMilliseconds ?? 30_000
    this.#window = new FailureWindow(options.minimumCalls ?? 5)
  }

  get state(): BreakerState {
    if (!this.#open) return 'CLOSED'
    return this.#open.until <= this.#options.now() ? 'HALF_OPEN' : 'OPEN'
  }

  /** In how many milliseconds a call may be let through; 0 if one may be now, or is a probe already. */
  get left(): number {
    return Math.max(0, (this.#open?.until ?? 0) - this.#options.now())
  }

  /** Undefined if no call may be made. */
  begin(): Attempt | undefined {
    const open = this.#open
    if (!open) return this.#isTooEarly() ? undefined : this.#attempt(this.#count)
    if (open.probe || open.until > this.#options.now()) return undefined
    open.probe = this.#attempt(outcome => {
      open.probe = undefined
      if (outcome === 'failed') this.#pauseFor(Math.min(2 * open.pause, 10 * this.#firstPause), true)
      else if (outcome !== 'unknown') this.#close(open.pause)
    })
    return open.probe
  }

  /**
   * A part of a call that is already let through. Its failure is counted, but is not the result of a probe. Its success is not
   * counted, since a host that accepts connections may still answer nothing.
   */
  beginPart(): Attempt {
    return this.#attempt((outcome, ...end) => {
      if (!this.#open && outcome !== 'well') this.#count(outcome, ...end)
    })
  }

  #attempt(onEnd: (outcome: Outcome, question: string, begunAt: number) => void): Attempt {
    const breaker = this
    const era = this.#era
    const begunAt = this.#options.now()
    return {
      isOver: () => era !== breaker.#era,
      end(outcome, question) {
        if (era === breaker.#era) onEnd(outcome, question, begunAt)
      },
    }
  }

  readonly #count = (outcome: Outcome, question: string, begunAt: number): void => {
    const now = this.#options.now()
    if (outcome === 'well') this.#window.succeed(now, question)
    else if (outcome === 'failed' && this.#window.fail(now, question, begunAt))
      this.#pauseFor(this.#nextPause(now), false)
  }

  /** Whether a pause has just ended and it is too early for another call; if not, counts the call. */
  #isTooEarly(): boolean {
    const { since, begun } = this.#recovery
    const most = recoveringCalls[Math.floor((this.#options.now() - since) / 1000)]
    if (most !== undefined && begun >= most) return true
    this.#recovery.begun++
    return false
  }

  #nextPause(now: number): number {
    const { pause, since } = this.#recovery
    return now - since < windowMilliseconds ? Math.min(2 * pause, 10 * this.#firstPause) : this.#firstPause
  }

  #pauseFor(pause: number, isProbe: boolean): void {
    this.#era++
    this.#open = { until: this.#options.now() + pause, pause }
    this.#options.onOpen?.(pause, isProbe)
  }

  #close(pause: number): void {
    const since = this.#options.now()
    this.#era++
    this.#open = undefined
    this.#recovery = { pause, since, begun: 0 }
    this.#window.clear(since)
    this.#options.onClose?.()
  }
}
