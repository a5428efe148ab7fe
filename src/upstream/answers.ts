import { AnswerEntry, type Outcome, type Waiting } from './answer-entry.ts'
import type { Caller } from './caller.ts'
import { endedError } from './deadline.ts'
import { UpstreamError } from './error.ts'
import type { Keeping } from './keeping.ts'
import type { Call, Topic } from './topic.ts'

/**
 * The answers of one account to one kind of question. A question that is being asked is asked once, whoever asks, until
 * nobody waits for it any more; an answer is kept as long as its topic says, and an error never.
 */
export class Answers<Key, Value> {
  readonly #topic: Topic<Key, Value>
  readonly #keeping: Keeping | undefined
  readonly #group: string | undefined
  readonly #open = new Map<string, AnswerEntry<Key, Value>>()

  /** Answers of a group are forgotten together. */
  constructor(topic: Topic<Key, Value>, keeping: Keeping | undefined, group?: string) {
    this.#topic = topic
    this.#keeping = keeping
    this.#group = group
  }

  /** Whether answers are kept at all, so that asking for more than is wanted now may spare a call later. */
  get areKept(): boolean {
    return this.#keeping !== undefined
  }

  ask(key: Key, caller: Caller): Promise<Value> {
    const { promise, ...settle } = Promise.withResolvers<Value>()
    this.#start([{ key, caller, ...settle }], caller)
    return promise
  }

  /** As `ask`, past what is kept. */
  askAfresh(key: Key, caller: Caller): Promise<Value> {
    const { promise, ...settle } = Promise.withResolvers<Value>()
    this.#start([{ key, caller, ...settle }], caller, { isAfresh: true })
    return promise
  }

  /** Each question's answer as it comes, in the order of the questions, in as few calls as can be. */
  askAll(keys: readonly Key[], caller: Caller): Promise<Value>[] {
    const promises: Promise<Value>[] = []
    const waiting = keys.map(key => {
      const { promise, ...settle } = Promise.withResolvers<Value>()
      promises.push(promise)
      return { key, caller, ...settle }
    })
    this.#start(waiting, caller)
    return promises
  }

  /** Forgets what is kept of the group; what is under way is still answered, but neither joined nor kept. */
  async forget(): Promise<void> {
    for (const entry of this.#open.values()) entry.isOutdated = true
    this.#open.clear()
    if (this.#group !== undefined) await this.#keeping?.cache.clear(this.#group)
  }

  #start(waiting: readonly Waiting<Key, Value>[], caller: Caller, { isAfresh = false } = {}): void {
    this.#answer(waiting, caller, isAfresh).catch(error => {
      for (const { reject } of waiting) reject(error)
    })
  }

  async #answer(waiting: readonly Waiting<Key, Value>[], caller: Caller, isAfresh: boolean): Promise<void> {
    await this.#admit(waiting, caller)
    if (caller.signal.aborted) throw endedError(caller.provider, caller.signal)
    const fresh: AnswerEntry<Key, Value>[] = []
    const joined = waiting.map(one => {
      const name = this.#topic.nameOf(one.key)
      const open = this.#open.get(name)
      const entry = open ?? new AnswerEntry<Key, Value>(name, one.key)
      if (!open) {
        this.#open.set(name, entry)
        fresh.push(entry)
      }
      entry.join(one)
      return { one, entry }
    })
    const leave = () => {
      for (const { one, entry } of joined) {
        one.reject(endedError(caller.provider, caller.signal))
        if (entry.leave(one) && this.#open.get(entry.name) === entry) this.#open.delete(entry.name)
      }
    }
    caller.signal.addEventListener('abort', leave, { once: true })
    try {
      const missing = isAfresh || !this.#keeping ? fresh : await this.#lookUp(fresh, this.#keeping)
      await Promise.all(this.#callsFor(missing).map(([call, entries]) => this.#make(call, entries, caller)))
      await Promise.all(joined.map(({ entry }) => entry.settled))
    } finally {
      caller.signal.removeEventListener('abort', leave)
    }
  }

  /** Puts what is not in the request's plan yet into it: as if nothing were kept, so that equal requests have equal plans. */
  async #admit(waiting: readonly Waiting<Key, Value>[], caller: Caller): Promise<void> {
    const { nameOf, callsOf } = this.#topic
    const names = new Map(waiting.map(({ key }) => [nameOf(key), key]))
    const keys = [...names].flatMap(([name, key]) => (caller.usage.has(name) ? [] : [key]))
    const calls = keys.length > 0 ? callsOf(keys) : []
    for (const call of calls) caller.usage.plan(call.keys.map(nameOf))
    await caller.admit(calls.map(({ plan }) => plan))
  }

  /** Answers what is kept and fresh; the rest has to be asked. */
  async #lookUp(
    entries: readonly AnswerEntry<Key, Value>[],
    { cache }: Keeping,
  ): Promise<readonly AnswerEntry<Key, Value>[]> {
    const { keepFor, isAnswer } = this.#topic
    const missing = await Promise.all(
      entries.map(async entry => {
        const kept = await cache.get(entry.name)
        if (!kept || !isAnswer(kept.value)) return [entry]
        const { value, at } = kept
        if (at + keepFor(entry.key, value, at) <= Date.now()) {
          entry.kept = { value, at }
          return [entry]
        }
        this.#settle(entry, { value, at, from: 'kept' })
        return []
      }),
    )
    return missing.flat()
  }

  #callsFor(
    entries: readonly AnswerEntry<Key, Value>[],
  ): readonly (readonly [Call<Key, Value>, readonly AnswerEntry<Key, Value>[]])[] {
    // Whoever waited may be gone by now.
    const wanted = new Map(entries.filter(entry => entry.isWanted).map(entry => [entry.name, entry]))
    if (wanted.size === 0) return []
    const calls = this.#topic.callsOf([...wanted.values()].map(({ key }) => key))
    return calls.map(call => [call, call.keys.flatMap(key => wanted.get(this.#topic.nameOf(key)) ?? [])])
  }

  async #make(
    call: Call<Key, Value>,
    entries: readonly AnswerEntry<Key, Value>[],
    caller: Caller,
  ): Promise<void> {
    const { usage } = caller
    const controller = new AbortController()
    let left = entries.length
    for (const entry of entries) {
      entry.onUnwanted = () => {
        if (--left === 0) controller.abort(endedError(caller.provider, caller.signal))
      }
    }
    usage.made++
    const flight = {
      signal: controller.signal,
      asker: caller,
      received: (bytes: number) => {
        usage.bytes += bytes
      },
    }
    const values = await call.make(flight).catch(error => entries.map(() => asError(error)))
    const at = Date.now()
    for (const [index, entry] of entries.entries()) {
      const value = values[index] ?? new RangeError(`${values.length} answers to ${entries.length} questions`)
      if (value instanceof Error) this.#fail(entry, value)
      else {
        this.#keep(entry, value, at)
        this.#settle(entry, { value, at, from: { caller, call } })
      }
    }
  }

  #keep(entry: AnswerEntry<Key, Value>, value: Value, at: number): void {
    const milliseconds = this.#keeping ? this.#topic.keepFor(entry.key, value, at) : 0
    if (!this.#keeping || milliseconds <= 0 || entry.isOutdated) return
    const { cache, staleMilliseconds } = this.#keeping
    void cache.set(entry.name, { value, at }, milliseconds + staleMilliseconds, this.#group)
  }

  #fail(entry: AnswerEntry<Key, Value>, error: Error): void {
    const { kept } = entry
    if (kept && isDown(error)) this.#settle(entry, { ...kept, from: 'stale' })
    else this.#settle(entry, error)
  }

  #settle(entry: AnswerEntry<Key, Value>, outcome: Outcome<Value> | Error): void {
    if (this.#open.get(entry.name) === entry) this.#open.delete(entry.name)
    entry.settle(outcome)
  }
}

/** Whether an upstream that fails so may be stood in for by what it told before. */
function isDown(error: Error): boolean {
  if (!(error instanceof UpstreamError)) return false
  return (
    error.code === 'UPSTREAM_UNAVAILABLE' ||
    error.code === 'UPSTREAM_TIMEOUT' ||
    error.code === 'UPSTREAM_RATE_LIMITED' ||
    error.code === 'UPSTREAM_QUOTA_EXHAUSTED'
  )
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('A call failed.', { cause: error })
}
