import type { RequestScope } from './request-scope.ts'
import type { Waiters } from './waiters.ts'

/** An answer, when upstream gave it, and whether it was kept past its time. */
export interface Outcome<Value> {
  readonly value: Value
  readonly at: number
  readonly isStale: boolean
}

/** A call that was made, and who began it. */
interface Made {
  readonly scope: RequestScope
  readonly call: object
}

/** One who waits for an answer, with its place among the questions of theirs. */
interface Waiting<Value> {
  readonly waiters: Waiters<Value>
  readonly place: number
}

/** One question that is being answered, with everyone who waits for it. */
export class InFlightQuestion<Key, Value> {
  readonly name: string
  readonly key: Key
  /** What the cache holds past its TTL. */
  expired: { readonly value: Value; readonly at: number } | undefined
  /** Something changed at the upstream since it was asked. */
  isOutdated = false
  /** The call that asks it, once that has left. */
  made: Made | undefined
  /** Called when nobody waits any more. */
  onUnwanted: (() => void) | undefined
  #waiting: Waiting<Value>[]

  constructor(name: string, key: Key) {
    this.name = name
    this.key = key
    this.#waiting = []
  }

  get isWanted(): boolean {
    return this.#waiting.length > 0
  }

  /** Whether upstream is asked for it: what comes is no older than that. */
  get isAsked(): boolean {
    return this.onUnwanted !== undefined
  }

  join(waiters: Waiters<Value>, place: number): void {
    // A list that grows from nothing makes room for many, and mostly one waits.
    if (this.isWanted) this.#waiting.push({ waiters, place })
    else this.#waiting = [{ waiters, place }]
  }

  /** Whether nobody is left who waits. */
  leave(waiters: Waiters<Value>): boolean {
    if (!this.isWanted) return false
    if (this.made) this.#note(waiters.scope)
    this.#waiting = this.#waiting.filter(one => one.waiters !== waiters)
    if (this.isWanted) return false
    this.onUnwanted?.()
    return true
  }

  settle(outcome: Outcome<Value> | Error): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { waiters, place } of waiting) {
      if (outcome instanceof Error) {
        if (this.made) this.#note(waiters.scope)
        waiters.deliver(place, outcome)
        continue
      }
      this.#note(waiters.scope)
      waiters.scope.usage.noteAge(outcome.at, outcome.isStale)
      waiters.deliver(place, outcome.value)
    }
  }

  /** A failure that no call was made for is not noted: its call was neither made nor spared. */
  #note({ usage }: RequestScope): void {
    usage.noteServed(this.name)
    if (this.made && this.made.scope.usage !== usage) usage.noteShared(this.made.call)
  }
}
