import pLimit from 'p-limit'
import type { GroupMark } from '../cache/cache.ts'
import type { Keeping } from '../cache/keeping.ts'
import { endedError } from '../deadline.ts'
import { asError, isDown } from '../error.ts'
import type { Call, Topic } from './endpoint.ts'
import { AnswerEntry, type Outcome } from './in-flight.ts'
import type { Caller } from './request-scope.ts'
import { Asker, type Tell } from './waiters.ts'

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
    return this.#askOne(key, caller, false)
  }

  /** As `ask`, past what is kept. */
  askAfresh(key: Key, caller: Caller): Promise<Value> {
    return this.#askOne(key, caller, true)
  }

  /** Each question's answer as it comes, in the order of the questions, in as few calls as can be. */
  askAll(keys: readonly Key[], caller: Caller): Promise<Value>[] {
    const answers = keys.map(() => Promise.withResolvers<Value>())
    void this.askEach(keys, caller, (place, answer) => {
      const settle = answers[place]
      if (answer instanceof Error) settle?.reject(answer)
      else settle?.resolve(answer)
    })
    return answers.map(({ promise }) => promise)
  }

  /** As `askAll`, for questions by the thousand: each answer is told as it comes, and not held. Resolves once all are told. */
  askEach(keys: readonly Key[], caller: Caller, tell: Tell<Value>): Promise<void> {
    return this.#start(keys, new Asker(keys.length, caller, tell), false)
  }

  /** Forgets what is kept of the group; what is under way is still answered, but neither joined nor kept. */
  async forget(): Promise<void> {
    for (const entry of this.#open.values()) entry.isOutdated = true
    this.#open.clear()
    if (this.#group !== undefined) await this.#keeping?.cache.clear(this.#group)
  }

  #askOne(key: Key, caller: Caller, isAfresh: boolean): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    const tell = (_place: number, answer: Value | Error) => {
      if (answer instanceof Error) reject(answer)
      else resolve(answer)
    }
    void this.#start([key], new Asker(1, caller, tell), isAfresh)
    return promise
  }

  #start(keys: readonly Key[], asker: Asker<Value>, isAfresh: boolean): Promise<void> {
    this.#answer(keys, asker, isAfresh).catch(error => asker.failAll(asError(error)))
    return asker.done
  }

  async #answer(keys: readonly Key[], asker: Asker<Value>, isAfresh: boolean): Promise<void> {
    const { caller } = asker
    const names = keys.map(this.#topic.nameOf)
    await this.#admit(keys, names, caller)
    if (keys.length > fewQuestions) await caller.pause(undefined)
    if (caller.signal.aborted) throw endedError(caller.provider, caller.signal)
    const { joined, fresh } = this.#join(keys, names, asker, isAfresh)
    const leave = () => {
      asker.failAll(endedError(caller.provider, caller.signal))
      for (const entry of joined) {
        if (entry.leave(asker) && this.#open.get(entry.name) === entry) this.#open.delete(entry.name)
      }
    }
    caller.signal.addEventListener('abort', leave, { once: true })
    try {
      const missing = isAfresh || !this.#keeping ? fresh : await this.#lookUp(fresh, this.#keeping)
      for (const { call, entries } of this.#callsFor(missing)) {
        this.#make(call, entries, caller).catch(error => asker.failAll(asError(error)))
      }
      await asker.done
    } finally {
      caller.signal.removeEventListener('abort', leave)
    }
  }

  /** All that are waited for, and those of them that nobody has asked yet. */
  #join(keys: readonly Key[], names: readonly string[], asker: Asker<Value>, isAfresh: boolean) {
    const fresh: AnswerEntry<Key, Value>[] = []
    const joined = keys.map((key, place) => {
      const name = names[place] ?? this.#topic.nameOf(key)
      const known = this.#open.get(name)
      // Another may still look it up, and find what is kept.
      const open = isAfresh && !known?.isAsked ? undefined : known
      const entry = open ?? new AnswerEntry<Key, Value>(name, key)
      if (!open) {
        this.#open.set(name, entry)
        fresh.push(entry)
      }
      entry.join(asker, place)
      return entry
    })
    return { joined, fresh }
  }

  /** Puts what is not in the request's plan yet into it: as if nothing were kept, so that equal requests have equal plans. */
  #admit(keys: readonly Key[], names: readonly string[], caller: Caller): Promise<void> {
    const { nameOf, callsOf } = this.#topic
    const missing = new Map<string, Key>()
    keys.forEach((key, place) => {
      const name = names[place] ?? nameOf(key)
      if (!caller.usage.has(name)) missing.set(name, key)
    })
    const calls = missing.size > 0 ? callsOf([...missing.values()]) : []
    for (const call of calls) caller.usage.plan(call.keys.map(nameOf))
    return caller.admit(calls.map(({ plan }) => plan))
  }

  /** Answers what is kept and fresh; the rest has to be asked. */
  async #lookUp(
    entries: readonly AnswerEntry<Key, Value>[],
    { cache }: Keeping,
  ): Promise<readonly AnswerEntry<Key, Value>[]> {
    const { keepFor, unpack } = this.#topic
    const missing = await pLimit(lookUpsAtOnce).map(entries, async entry => {
      if (!entry.isWanted) return []
      const kept = await cache.get(entry.name)
      const value = kept && unpack(kept.value)
      if (!kept || value === undefined) return [entry]
      const { at } = kept
      const age = Date.now() - at
      // How old it is cannot be told where a clock was put back.
      if (age < -clockLeeway) return [entry]
      if (age >= keepFor(entry.key, value, at)) {
        entry.kept = { value, at }
        return [entry]
      }
      this.#settle(entry, { value, at, isStale: false })
      return []
    })
    return missing.flat()
  }

  #callsFor(
    entries: readonly AnswerEntry<Key, Value>[],
  ): readonly { readonly call: Call<Key, Value>; readonly entries: readonly AnswerEntry<Key, Value>[] }[] {
    const wanted = new Map<Key, AnswerEntry<Key, Value>>()
    // Whoever waited may be gone by now.
    for (const entry of entries) if (entry.isWanted) wanted.set(entry.key, entry)
    if (wanted.size === 0) return []
    const calls = this.#topic.callsOf([...wanted.keys()])
    return calls.map(call => ({ call, entries: call.keys.flatMap(key => wanted.get(key) ?? []) }))
  }

  async #make(
    call: Call<Key, Value>,
    entries: readonly AnswerEntry<Key, Value>[],
    caller: Caller,
  ): Promise<void> {
    const { usage } = caller
    const controller = new AbortController()
    let left = entries.length
    const onUnwanted = () => {
      if (--left === 0) controller.abort(endedError(caller.provider, caller.signal))
    }
    for (const entry of entries) entry.onUnwanted = onUnwanted
    const flight = {
      signal: controller.signal,
      asker: caller,
      traceparent: caller.traceparent,
      begun() {
        usage.noteMade(entries.map(({ name }) => name))
        const made = { caller, call }
        for (const entry of entries) entry.made = made
      },
      repeated() {
        usage.repeated++
      },
      tokenAsked() {
        usage.tokens++
      },
      received: (bytes: number) => {
        usage.bytes += bytes
      },
    }
    const mark = this.#group === undefined ? undefined : await this.#keeping?.cache.mark(this.#group)
    const values = await call.make(flight).catch(error => entries.map(() => asError(error)))
    const at = Date.now()
    entries.forEach((entry, index) => {
      const value = values[index] ?? new RangeError(`${values.length} answers to ${entries.length} questions`)
      if (value instanceof Error) this.#fail(entry, value)
      else {
        this.#keep(entry, value, at, mark)
        this.#settle(entry, { value, at, isStale: false })
      }
    })
  }

  #keep(entry: AnswerEntry<Key, Value>, value: Value, at: number, mark: GroupMark | undefined): void {
    const milliseconds = this.#keeping ? this.#topic.keepFor(entry.key, value, at) : 0
    if (!this.#keeping || milliseconds <= 0 || entry.isOutdated) return
    if (this.#group !== undefined && mark === undefined) return
    const { cache, staleMilliseconds } = this.#keeping
    const { pack } = this.#topic
    const packed = pack ? pack(value) : value
    void cache.set(entry.name, { value: packed, at }, Math.max(milliseconds, staleMilliseconds), mark)
  }

  #fail(entry: AnswerEntry<Key, Value>, error: Error): void {
    const { kept } = entry
    const staleMilliseconds = this.#keeping?.staleMilliseconds ?? 0
    if (kept && Date.now() - kept.at < staleMilliseconds && isDown(error))
      this.#settle(entry, { ...kept, isStale: true })
    else this.#settle(entry, error)
  }

  #settle(entry: AnswerEntry<Key, Value>, outcome: Outcome<Value> | Error): void {
    if (this.#open.get(entry.name) === entry) this.#open.delete(entry.name)
    entry.settle(outcome)
  }
}

/** Of more the work is worth a turn of the event loop: thousands may be let through at once. */
const fewQuestions = 16

/** Of questions that are asked together: each look-up takes room, and a fleet's year has thousands in each of its windows. */
const lookUpsAtOnce = 100

/** By how much the clocks of instances may differ, in milliseconds. */
const clockLeeway = 5_000
