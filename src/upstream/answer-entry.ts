import type { Caller } from './caller.ts'

/** One who waits for an answer. */
export interface Waiting<Key, Value> {
  readonly key: Key
  readonly caller: Caller
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

/** An answer, when upstream gave it, and how it came here: kept, kept past its time, or by a call that a caller began. */
export interface Outcome<Value> {
  readonly value: Value
  readonly at: number
  readonly from: 'kept' | 'stale' | { readonly caller: Caller; readonly call: object }
}

/** One question that is being answered, with everyone who waits for it. */
export class AnswerEntry<Key, Value> {
  readonly name: string
  readonly key: Key
  /** Resolves once it is answered, failed or given up. */
  readonly settled: Promise<void>
  /** What was kept of an earlier answer, past its time. */
  kept: { readonly value: Value; readonly at: number } | undefined
  /** Something changed at the upstream since it was asked. */
  isOutdated = false
  /** Called when nobody waits any more. */
  onUnwanted: (() => void) | undefined
  readonly #waiting = new Set<Waiting<Key, Value>>()
  readonly #settle: () => void

  constructor(name: string, key: Key) {
    this.name = name
    this.key = key
    const { promise, resolve } = Promise.withResolvers<void>()
    this.settled = promise
    this.#settle = resolve
  }

  get isWanted(): boolean {
    return this.#waiting.size > 0
  }

  join(one: Waiting<Key, Value>): void {
    this.#waiting.add(one)
  }

  /** Whether nobody is left who waits. */
  leave(one: Waiting<Key, Value>): boolean {
    if (!this.#waiting.delete(one) || this.isWanted) return false
    this.onUnwanted?.()
    this.#settle()
    return true
  }

  settle(outcome: Outcome<Value> | Error): void {
    for (const { caller, resolve, reject } of this.#waiting) {
      if (outcome instanceof Error) {
        reject(outcome)
        continue
      }
      note(this.name, caller, outcome)
      resolve(outcome.value)
    }
    this.#waiting.clear()
    this.#settle()
  }
}

function note(name: string, { usage }: Caller, { at, from }: Outcome<unknown>): void {
  usage.noteAge(at, from === 'stale')
  if (from === 'kept') usage.noteKept(name)
  else if (from !== 'stale' && from.caller.usage !== usage) usage.noteShared(from.call)
}
