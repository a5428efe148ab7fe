import type { Caller } from './request-scope.ts'
import type { Asker } from './waiters.ts'

/** An answer, when upstream gave it, and whether it was kept past its time. */
export interface Outcome<Value> {
  readonly value: Value
  readonly at: number
  readonly isStale: boolean
}

/** A call that was made, and who began it. */
interface Made {
  readonly caller: Caller
  readonly call: object
}

/** One who waits for an answer, with its place among the questions of theirs. */
interface Waiting<Value> {
  readonly asker: Asker<Value>
  readonly place: number
}

/** One question that is being answered, with everyone who waits for it. */
export class AnswerEntry<Key, Value> {
  readonly name: string
  readonly key: Key
  /** What was kept of an earlier answer, past its time. */
  kept: { readonly value: Value; readonly at: number } | undefined
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

  join(asker: Asker<Value>, place: number): void {
    // A list that grows from nothing makes room for many, and mostly one waits.
    if (this.isWanted) this.#waiting.push({ asker, place })
    else this.#waiting = [{ asker, place }]
  }

  /** Whether nobody is left who waits. */
  leave(asker: Asker<Value>): boolean {
    if (!this.isWanted) return false
    if (this.made) this.#note(asker.caller)
    this.#waiting = this.#waiting.filter(one => one.asker !== asker)
    if (this.isWanted) return false
    this.onUnwanted?.()
    return true
  }

  settle(outcome: Outcome<Value> | Error): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { asker, place } of waiting) {
      if (outcome instanceof Error) {
        if (this.made) this.#note(asker.caller)
        asker.tell(place, outcome)
        continue
      }
      this.#note(asker.caller)
      asker.caller.usage.noteAge(outcome.at, outcome.isStale)
      asker.tell(place, outcome.value)
    }
  }

  /** A failure that no call was made for is not noted: its call was neither made nor spared. */
  #note({ usage }: Caller): void {
    usage.noteServed(this.name)
    if (this.made && this.made.caller.usage !== usage) usage.noteShared(this.made.call)
  }
}
