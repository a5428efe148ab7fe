import type { Asker } from './asker.ts'
import type { Caller } from './caller.ts'

/** An answer, when upstream gave it, and how it came here: kept, kept past its time, or by a call that a caller began. */
export interface Outcome<Value> {
  readonly value: Value
  readonly at: number
  readonly from: 'kept' | 'stale' | { readonly caller: Caller; readonly call: object }
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
        asker.tell(place, outcome)
        continue
      }
      note(this.name, asker.caller, outcome)
      asker.tell(place, outcome.value)
    }
  }
}

function note(name: string, { usage }: Caller, { at, from }: Outcome<unknown>): void {
  usage.noteAge(at, from === 'stale')
  if (from === 'kept') usage.noteKept(name)
  else if (from !== 'stale' && from.caller.usage !== usage) usage.noteShared(from.call)
}
