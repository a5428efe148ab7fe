import pLimit from 'p-limit'
import type { TagVersion } from '../cache/cache.ts'
import type { CachePolicy } from '../cache/keeping.ts'
import { endedError } from '../deadline.ts'
import { asError, isDown } from '../error.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { InFlightQuestion, type Outcome } from './in-flight.ts'
import type { RequestScope } from './request-scope.ts'
import { type Deliver, Waiters } from './waiters.ts'

/**
 * The answers of one account to one kind of question. A question that is being asked is asked once, whoever asks, until
 * nobody waits for it any more; an answer is kept as long as its topic says, and an error never.
 */
export class DataSource<Key, Value> {
  readonly #endpoint: Endpoint<Key, Value>
  readonly #cachePolicy: CachePolicy | undefined
  readonly #group: string | undefined
  readonly #open = new Map<string, InFlightQuestion<Key, Value>>()

  /** Answers of a group are forgotten together. */
  constructor(endpoint: Endpoint<Key, Value>, cachePolicy: CachePolicy | undefined, group?: string) {
    this.#endpoint = endpoint
    this.#cachePolicy = cachePolicy
    this.#group = group
  }

  /** Whether answers are kept at all, so that asking for more than is wanted now may spare a call later. */
  get isCaching(): boolean {
    return this.#cachePolicy !== undefined
  }

  ask(key: Key, scope: RequestScope): Promise<Value> {
    return this.#askOne(key, scope, false)
  }

  /** As `ask`, past what is kept. */
  askAfresh(key: Key, scope: RequestScope): Promise<Value> {
    return this.#askOne(key, scope, true)
  }

  /** Each question's answer as it comes, in the order of the questions, in as few calls as can be. */
  askAll(keys: readonly Key[], scope: RequestScope): Promise<Value>[] {
    const answers = keys.map(() => Promise.withResolvers<Value>())
    void this.askEach(keys, scope, (place, answer) => {
      const settle = answers[place]
      if (answer instanceof Error) settle?.reject(answer)
      else settle?.resolve(answer)
    })
    return answers.map(({ promise }) => promise)
  }

  /** As `askAll`, for questions by the thousand: each answer is told as it comes, and not held. Resolves once all are told. */
  askEach(keys: readonly Key[], scope: RequestScope, deliver: Deliver<Value>): Promise<void> {
    return this.#start(keys, new Waiters(keys.length, scope, deliver), false)
  }

  /** Forgets what is kept of the group; what is under way is still answered, but neither joined nor kept. */
  async forget(): Promise<void> {
    for (const entry of this.#open.values()) entry.isOutdated = true
    this.#open.clear()
    if (this.#group !== undefined) await this.#cachePolicy?.cache.clear(this.#group)
  }

  #askOne(key: Key, scope: RequestScope, isAfresh: boolean): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    const deliver = (_permit: number, answer: Value | Error) => {
      if (answer instanceof Error) reject(answer)
      else resolve(answer)
    }
    void this.#start([key], new Waiters(1, scope, deliver), isAfresh)
    return promise
  }

  #start(keys: readonly Key[], asker: Waiters<Value>, isAfresh: boolean): Promise<void> {
    this.#answer(keys, asker, isAfresh).catch(error => asker.failAll(asError(error)))
    return asker.done
  }

  async #answer(keys: readonly Key[], asker: Waiters<Value>, isAfresh: boolean): Promise<void> {
    const { scope } = asker
    const names = keys.map(this.#endpoint.nameOf)
    await this.#admit(keys, names, scope)
    if (keys.length > fewQuestions) await scope.pause(undefined)
    if (scope.signal.aborted) throw endedError(scope.provider, scope.signal)
    const { joined, fresh } = this.#join(keys, names, asker, isAfresh)
    const leave = () => {
      asker.failAll(endedError(scope.provider, scope.signal))
      for (const entry of joined) {
        if (entry.leave(asker) && this.#open.get(entry.name) === entry) this.#open.delete(entry.name)
      }
    }
    scope.signal.addEventListener('abort', leave, { once: true })
    try {
      const missing = isAfresh || !this.#cachePolicy ? fresh : await this.#lookUp(fresh, this.#cachePolicy)
      for (const { call, entries } of this.#callsFor(missing)) {
        this.#make(call, entries, scope).catch(error => asker.failAll(asError(error)))
      }
      await asker.done
    } finally {
      scope.signal.removeEventListener('abort', leave)
    }
  }

  /** All that are waited for, and those of them that nobody has asked yet. */
  #join(keys: readonly Key[], names: readonly string[], asker: Waiters<Value>, isAfresh: boolean) {
    const fresh: InFlightQuestion<Key, Value>[] = []
    const joined = keys.map((key, place) => {
      const name = names[place] ?? this.#endpoint.nameOf(key)
      const known = this.#open.get(name)
      // Another may still look it up, and find what is kept.
      const open = isAfresh && !known?.isAsked ? undefined : known
      const entry = open ?? new InFlightQuestion<Key, Value>(name, key)
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
  #admit(keys: readonly Key[], names: readonly string[], scope: RequestScope): Promise<void> {
    const { nameOf, callsOf } = this.#endpoint
    const missing = new Map<string, Key>()
    keys.forEach((key, place) => {
      const name = names[place] ?? nameOf(key)
      if (!scope.usage.has(name)) missing.set(name, key)
    })
    const calls = missing.size > 0 ? callsOf([...missing.values()]) : []
    for (const call of calls) scope.usage.plan(call.keys.map(nameOf))
    return scope.admit(calls.map(({ plan }) => plan))
  }

  /** Answers what is kept and fresh; the rest has to be asked. */
  async #lookUp(
    entries: readonly InFlightQuestion<Key, Value>[],
    { cache }: CachePolicy,
  ): Promise<readonly InFlightQuestion<Key, Value>[]> {
    const { ttlOf, unpack } = this.#endpoint
    const missing = await pLimit(lookUpsAtOnce).map(entries, async entry => {
      if (!entry.isWanted) return []
      const kept = await cache.get(entry.name)
      const value = kept && unpack(kept.value)
      if (!kept || value === undefined) return [entry]
      const { at } = kept
      const age = Date.now() - at
      // How old it is cannot be told where a clock was put back.
      if (age < -clockLeeway) return [entry]
      if (age >= ttlOf(entry.key, value, at)) {
        entry.kept = { value, at }
        return [entry]
      }
      this.#settle(entry, { value, at, isStale: false })
      return []
    })
    return missing.flat()
  }

  #callsFor(entries: readonly InFlightQuestion<Key, Value>[]): readonly {
    readonly call: Call<Key, Value>
    readonly entries: readonly InFlightQuestion<Key, Value>[]
  }[] {
    const wanted = new Map<Key, InFlightQuestion<Key, Value>>()
    // Whoever waited may be gone by now.
    for (const entry of entries) if (entry.isWanted) wanted.set(entry.key, entry)
    if (wanted.size === 0) return []
    const calls = this.#endpoint.callsOf([...wanted.keys()])
    return calls.map(call => ({ call, entries: call.keys.flatMap(key => wanted.get(key) ?? []) }))
  }

  async #make(
    call: Call<Key, Value>,
    entries: readonly InFlightQuestion<Key, Value>[],
    scope: RequestScope,
  ): Promise<void> {
    const { usage } = scope
    const controller = new AbortController()
    let left = entries.length
    const onUnwanted = () => {
      if (--left === 0) controller.abort(endedError(scope.provider, scope.signal))
    }
    for (const entry of entries) entry.onUnwanted = onUnwanted
    const callContext = {
      signal: controller.signal,
      asker: scope,
      traceparent: scope.traceparent,
      begun() {
        usage.noteMade(entries.map(({ name }) => name))
        const made = { scope, call }
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
    const mark = this.#group === undefined ? undefined : await this.#cachePolicy?.cache.mark(this.#group)
    const values = await call.make(callContext).catch(error => entries.map(() => asError(error)))
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

  #keep(entry: InFlightQuestion<Key, Value>, value: Value, at: number, mark: TagVersion | undefined): void {
    const milliseconds = this.#cachePolicy ? this.#endpoint.ttlOf(entry.key, value, at) : 0
    if (!this.#cachePolicy || milliseconds <= 0 || entry.isOutdated) return
    if (this.#group !== undefined && mark === undefined) return
    const { cache, staleMilliseconds } = this.#cachePolicy
    const { pack } = this.#endpoint
    const packed = pack ? pack(value) : value
    void cache.set(entry.name, { value: packed, at }, Math.max(milliseconds, staleMilliseconds), mark)
  }

  #fail(entry: InFlightQuestion<Key, Value>, error: Error): void {
    const { kept } = entry
    const staleMilliseconds = this.#cachePolicy?.staleMilliseconds ?? 0
    if (kept && Date.now() - kept.at < staleMilliseconds && isDown(error))
      this.#settle(entry, { ...kept, isStale: true })
    else this.#settle(entry, error)
  }

  #settle(entry: InFlightQuestion<Key, Value>, outcome: Outcome<Value> | Error): void {
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
