import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { CallCounter } from '../../upstream/rate-limit/call-counter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'

/** A caller's use of one of its limits. */
export interface CallerCounter {
  readonly name: string
  readonly calls: number
  readonly counter: CallCounter
  /** The used part of the next call, if a call stands for part of a cost. */
  rest: number
}

/** The most remembered callers; a forgotten one starts from zero. */
const mostCallers = 10_000
/** The most counters of one caller: of its limits, and of those before the access file changed. */
const mostCounters = 30

/** The counters of callers' limits, one for each caller, limit and number of calls. */
export class CallerCounters implements Disposable {
  readonly #counters: CallCounters
  readonly #open = new LRUCache<string, CallerCounter[]>({
    max: mostCallers,
    ttl: 7_200_000,
    // The clock is read once a second, not on each use.
    ttlResolution: 1000,
    updateAgeOnGet: true,
    dispose: opened => opened.forEach(close),
  })

  constructor(counters: CallCounters) {
    this.#counters = counters
  }

  /** At most so many calls in any period of that many milliseconds. */
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

/** Hashed, since an issuer may put people's names into callers' ids. */
function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}
