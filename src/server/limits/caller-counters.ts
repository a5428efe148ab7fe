import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { CallCounter } from '../../upstream/rate-limit/call-counter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'

/** What a caller has used of one of its limits. */
export interface CallerCounter {
  readonly name: string
  readonly calls: number
  readonly counter: CallCounter
  /** What is spent of the next call, where a call stands for part of a cost. */
  rest: number
}

/** So many callers are remembered; whose counters are forgotten begins anew. */
const mostCallers = 10_000
/** Of one caller: its limits, and those that it had before the access file was changed. */
const mostCounters = 30

/** The counters of callers' limits, one for each caller, limit and number of calls. */
export class CallerCounters implements Disposable {
  readonly #counters: CallCounters
  readonly #open = new LRUCache<string, CallerCounter[]>({
    max: mostCallers,
    ttl: 7_200_000,
    // The clock is read by the second, not at each look.
    ttlResolution: 1000,
    updateAgeOnGet: true,
    dispose: opened => opened.forEach(close),
  })

  constructor(counters: CallCounters) {
    this.#counters = counters
  }

  /** At most so many calls in any span of so many milliseconds. */
  counterOf(id: string, name: string, calls: number, milliseconds: number): CallerCounter {
    const opened = this.#openedBy(id)
    for (const one of opened) if (one.name === name && one.calls === calls) return one
    const counter = this.#counters.open(`caller:${hashOf(id)}:${name}:${calls}`, {
      windows: [{ calls, milliseconds }],
    })
    const made = { name, calls, counter, rest: 0 }
    if (opened.push(made) > mostCounters) opened.splice(0, 1).forEach(close)
    return made
  }

  [Symbol.dispose](): void {
    this.#open.clear()
  }

  #openedBy(id: string): CallerCounter[] {
    const known = this.#open.get(id)
    if (known) return known
    const opened: CallerCounter[] = []
    this.#open.set(id, opened)
    return opened
  }
}

function close({ counter }: CallerCounter): void {
  counter[Symbol.dispose]()
}

/** A caller's id may be of an issuer that puts names of people into it. */
function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}
