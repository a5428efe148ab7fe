import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { CacheAccess } from '../../upstream/cache/cache.ts'
import { untilEnded } from '../../upstream/deadline.ts'
import { UpstreamError } from '../../upstream/error.ts'
import { sleep } from '../../upstream/sleep.ts'
import type { RenderingScreenshot, Screenshot } from './client.ts'

export interface RenderingOptions<Key> {
  readonly nameOf: (key: Key) => string
  /** Requests the state of an image from the vendor. */
  readonly look: (key: Key, signal: AbortSignal) => Promise<Screenshot>
  /** The number of calls that the vendor allows in an hour. */
  readonly perHour: number
  /** Through it instances share the results of their checks. */
  readonly cache?: CacheAccess | undefined
  readonly now?: () => number
}

/** The pauses between checks of one image, in milliseconds. */
const firstWait = 2000
const longestWait = 10_000
const quickLooks = 4

/** The vendor gives up after ten and a half minutes, and starts again up to three times at once (vendor source). */
const longestRendering = 15 * 60_000

/** With more images, each would be checked less than once in ten minutes by half of the vendor's hourly calls. */
const mostRenderings = 100

/** The most waiting requests for one image: each holds a connection. */
const mostWaiting = 1000

/** How long the state "being drawn" is remembered if nobody requests it. */
const memory = 60_000

/**
 * The images that are being drawn. For any number of requests for one image, the vendor is asked as often as one waiting request
 * would ask, less and less often.
 */
export class Renderings<Key> {
  readonly #options: RenderingOptions<Key>
  readonly #now: () => number
  readonly #looks = new LRUCache<string, Look>({ max: 1000, ttl: memory })
  readonly #polls = new Map<string, Poll>()
  #waiting = 0

  constructor(options: RenderingOptions<Key>) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** The known state, as long as it is too early for another check. */
  known(key: Key): RenderingScreenshot | undefined {
    const look = this.#looks.get(this.#options.nameOf(key))
    if (!look || look.nextAt <= this.#now()) return undefined
    return { ...look.screenshot, retryAfterSeconds: Math.ceil((look.nextAt - this.#now()) / 1000) }
  }

  /** As `known`, with the checks of all instances. */
  async recall(key: Key): Promise<RenderingScreenshot | undefined> {
    const name = this.#options.nameOf(key)
    const entry = await this.#options.cache?.get(sharedName(name), undefined, { skipsMemory: true })
    const { data: look } = SharedLook.safeParse(entry?.value)
    if (look && look.nextAt > (this.#looks.get(name)?.nextAt ?? 0)) this.#looks.set(name, look)
    return this.known(key)
  }

  /** Records the result of a check; returns it with the time of the next one. */
  saw<Seen extends Screenshot>(key: Key, seen: Seen): Seen {
    const name = this.#options.nameOf(key)
    if (seen.state !== 'RENDERING') {
      if (this.#looks.delete(name)) this.#share(name, null, 1)
      return seen
    }
    const count = this.#looks.get(name)?.count ?? 0
    const wait = Math.max(
      Math.min(firstWait * 1.5 ** count, longestWait),
      1000 * (seen.retryAfterSeconds ?? 0),
      count < quickLooks ? 0 : this.#fairWait,
    )
    const look: Look = { screenshot: seen, count: count + 1, nextAt: this.#now() + wait }
    this.#looks.set(name, look)
    this.#share(name, look, memory)
    return { ...seen, retryAfterSeconds: Math.ceil(wait / 1000) }
  }

  /**
   * Follows an image until it is drawn. Rejects with UpstreamError if the vendor fails or takes longer than it should, if too
   * many requests wait, and when the signal aborts. Without waiting requests the vendor is no longer asked.
   */
  async settled(key: Key, signal: AbortSignal): Promise<Screenshot> {
    const name = this.#options.nameOf(key)
    const isNew = !this.#polls.has(name)
    if (this.#waiting >= mostWaiting || (isNew && this.#polls.size >= mostRenderings)) throw tooMany()
    this.#waiting++
    const poll = this.#polls.getOrInsertComputed(name, () => this.#start(name, key))
    poll.waiting++
    try {
      return await untilEnded('posthog', signal, poll.outcome)
    } finally {
      this.#waiting--
      if (--poll.waiting === 0) {
        if (this.#polls.get(name) === poll) this.#polls.delete(name)
        poll.controller.abort()
      }
    }
  }

  #share(name: string, look: Look | null, milliseconds: number): void {
    void this.#options.cache?.set(sharedName(name), { value: look, at: Date.now() }, milliseconds)
  }

  /** All awaited images together may use half of the vendor's hourly calls, and leave the rest for other questions. */
  get #fairWait(): number {
    return (this.#polls.size * 2 * 3_600_000) / this.#options.perHour
  }

  #start(name: string, key: Key): Poll {
    const controller = new AbortController()
    const outcome = this.#poll(name, key, controller.signal)
    outcome.catch(() => undefined)
    return { controller, outcome, waiting: 0 }
  }

  async #poll(name: string, key: Key, signal: AbortSignal): Promise<Screenshot> {
    const until = this.#now() + longestRendering
    let failure = new UpstreamError(
      'posthog',
      'UPSTREAM_TIMEOUT',
      'posthog did not finish drawing the image.',
    )
    let wait = (this.#looks.get(name)?.nextAt ?? 0) - this.#now()
    while (this.#now() + wait < until) {
      await sleep(Math.max(0, wait), signal)
      try {
        const seen = await this.#options.look(key, signal)
        if (seen.state !== 'RENDERING') return seen
        wait = (this.#looks.get(name)?.nextAt ?? 0) - this.#now()
      } catch (error) {
        if (!(error instanceof UpstreamError && error.retryable) || signal.aborted) throw error
        wait = Math.max(longestWait, 1000 * (error.retryAfterSeconds ?? 0))
        if (this.#now() + wait >= until) failure = error
      }
    }
    throw failure
  }
}

function tooMany(): UpstreamError {
  const message = 'Too many images that posthog is drawing are waited for at once.'
  return new UpstreamError('posthog', 'UPSTREAM_RATE_LIMITED', message, { retryAfterSeconds: 60 })
}

interface Look {
  readonly screenshot: RenderingScreenshot
  /** How many equal results came before it. */
  readonly count: number
  readonly nextAt: number
}

/** Checks only what distinguishes a screenshot from other records: a cache namespace has records of one version. */
const SharedLook = z.object({
  screenshot: z.custom<RenderingScreenshot>(
    value => value instanceof Object && 'state' in value && value.state === 'RENDERING' && 'heatmap' in value,
  ),
  count: z.number(),
  nextAt: z.number(),
})

function sharedName(name: string): string {
  return `posthog look ${name}`
}

interface Poll {
  readonly controller: AbortController
  readonly outcome: Promise<Screenshot>
  waiting: number
}
