import type { CacheEntry, CachePolicy } from '../cache/cache.ts'
import type { TagVersion } from '../cache/tag-versions.ts'
import type { CallContext } from '../call-context.ts'
import { endedError } from '../deadline.ts'
import { asError, isDown } from '../error.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { InFlightQuestion, type Outcome } from './in-flight.ts'
import type { RequestScope } from './request-scope.ts'
import { type Deliver, Waiters } from './waiters.ts'

/**
 * One account's batched, coalesced and cached access to an endpoint. Equal questions share one call, which is aborted when
 * nobody waits for it any more. A value is cached for the TTL of its endpoint, and an error never.
 */
export class DataSource<Key, Value> {
  readonly #endpoint: Endpoint<Key, Value>
  readonly #cachePolicy: CachePolicy | undefined
  readonly #tag: string | undefined
  readonly #open = new Map<string, InFlightQuestion<Key, Value>>()

  /** `forget` clears the tag of all its entries. */
  constructor(endpoint: Endpoint<Key, Value>, cachePolicy: CachePolicy | undefined, tag?: string) {
    this.#endpoint = endpoint
    this.#cachePolicy = cachePolicy
    this.#tag = tag
  }

  /** Whether values are cached, so that loading more than is needed now may save a call later. */
  get isCaching(): boolean {
    return this.#cachePolicy !== undefined
  }

  ask(key: Key, scope: RequestScope): Promise<Value> {
    return this.#askOne(key, scope, false)
  }

  /** As `ask`, but without the cache. */
  askAfresh(key: Key, scope: RequestScope): Promise<Value> {
    return this.#askOne(key, scope, true)
  }

  /** Loads all keys in as few calls as possible. The promises are in the order of the keys. */
  askAll(keys: readonly Key[], scope: RequestScope): Promise<Value>[] {
    const results = keys.map(() => Promise.withResolvers<Value>())
    void this.askEach(keys, scope, (index, result) => {
      const settle = results[index]
      if (result instanceof Error) settle?.reject(result)
      else settle?.resolve(result)
    })
    return results.map(({ promise }) => promise)
  }

  /** As `askAll`, for thousands of keys: delivers each result when it comes and does not hold it. Resolves after the last. */
  askEach(keys: readonly Key[], scope: RequestScope, deliver: Deliver<Value>): Promise<void> {
    return this.#start(keys, new Waiters(keys.length, scope, deliver), false)
  }

  /** Clears the tag. Calls under way still settle who waits for them, but are neither joined nor kept. */
  async forget(): Promise<void> {
    for (const entry of this.#open.values()) entry.isOutdated = true
    this.#open.clear()
    if (this.#tag !== undefined) await this.#cachePolicy?.cache.clear(this.#tag)
  }

  #askOne(key: Key, scope: RequestScope, isAfresh: boolean): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    const deliver = (_index: number, result: Value | Error) => {
      if (result instanceof Error) reject(result)
      else resolve(result)
    }
    void this.#start([key], new Waiters(1, scope, deliver), isAfresh)
    return promise
  }

  #start(keys: readonly Key[], waiters: Waiters<Value>, isAfresh: boolean): Promise<void> {
    this.#load(keys, waiters, isAfresh).catch(error => waiters.failAll(asError(error)))
    return waiters.done
  }

  async #load(keys: readonly Key[], waiters: Waiters<Value>, isAfresh: boolean): Promise<void> {
    const { scope } = waiters
    const names = keys.map(this.#endpoint.nameOf)
    await this.#admit(keys, names, scope)
    if (keys.length > fewQuestions) await scope.pause(undefined)
    if (scope.signal.aborted) throw endedError(scope.provider, scope.signal)
    const { joined, fresh } = this.#join(keys, names, waiters, isAfresh)
    const leave = () => {
      waiters.failAll(endedError(scope.provider, scope.signal))
      for (const entry of joined) {
        if (entry.leave(waiters) && this.#open.get(entry.name) === entry) this.#open.delete(entry.name)
      }
    }
    scope.signal.addEventListener('abort', leave, { once: true })
    try {
      const missing = isAfresh || !this.#cachePolicy ? fresh : await this.#lookUp(fresh, this.#cachePolicy)
      for (const { call, entries } of this.#callsFor(missing)) {
        this.#make(call, entries, scope).catch(error => waiters.failAll(asError(error)))
      }
      await waiters.done
    } finally {
      scope.signal.removeEventListener('abort', leave)
    }
  }

  /** All that are waited for, and those of them that nobody has asked yet. */
  #join(keys: readonly Key[], names: readonly string[], waiters: Waiters<Value>, isAfresh: boolean) {
    const fresh: InFlightQuestion<Key, Value>[] = []
    const joined = keys.map((key, index) => {
      const name = names[index] ?? this.#endpoint.nameOf(key)
      const known = this.#open.get(name)
      // Another may still look it up in the cache.
      const open = isAfresh && !known?.isAsked ? undefined : known
      const entry = open ?? new InFlightQuestion<Key, Value>(name, key)
      if (!open) {
        this.#open.set(name, entry)
        fresh.push(entry)
      }
      entry.join(waiters, index)
      return entry
    })
    return { joined, fresh }
  }

  /** Plans what the request has not planned yet, as with a cold cache, so that equal requests have equal plans. */
  #admit(keys: readonly Key[], names: readonly string[], scope: RequestScope): Promise<void> {
    const { nameOf, callsOf } = this.#endpoint
    const missing = new Map<string, Key>()
    keys.forEach((key, index) => {
      const name = names[index] ?? nameOf(key)
      if (!scope.usage.has(name)) missing.set(name, key)
    })
    const calls = missing.size > 0 ? callsOf([...missing.values()]) : []
    for (const call of calls) scope.usage.plan(call.keys.map(nameOf))
    return scope.admit(calls.map(({ plan }) => plan))
  }

  /** Settles what the cache holds and is fresh; gives the rest, which has to be asked. */
  async #lookUp(
    entries: readonly InFlightQuestion<Key, Value>[],
    { cache }: CachePolicy,
  ): Promise<readonly InFlightQuestion<Key, Value>[]> {
    const decode = this.#endpoint.encoding?.decode
    const missing: InFlightQuestion<Key, Value>[] = []
    for (let from = 0; from < entries.length; from += lookUpsAtOnce) {
      const batch = entries.slice(from, from + lookUpsAtOnce)
      // Whoever waited may be gone by now.
      const found = batch.map(entry => (entry.isWanted ? cache.get(entry.name, decode) : undefined))
      const cached = await Promise.all(found)
      missing.push(...batch.filter((entry, index) => !this.#isServed(entry, cached[index])))
    }
    return missing
  }

  /** Settles a question by a cache entry if that is fresh. */
  #isServed(question: InFlightQuestion<Key, Value>, cached: CacheEntry | undefined): boolean {
    const { ttlOf, isValue } = this.#endpoint
    if (!cached || !isValue(cached.value)) return false
    const { value, at } = cached
    const age = Date.now() - at
    // Where a clock was put back the age is unknown.
    if (age < -clockLeeway) return false
    if (age >= ttlOf(question.key, value, at)) {
      question.expired = { value, at }
      return false
    }
    this.#settle(question, { value, at, isStale: false })
    return true
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
    const callContext: CallContext = {
      signal: controller.signal,
      requester: scope,
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
    const tagVersion =
      this.#tag === undefined ? undefined : await this.#cachePolicy?.cache.tagVersion(this.#tag)
    const values = await call.make(callContext).catch(error => entries.map(() => asError(error)))
    const at = Date.now()
    entries.forEach((entry, index) => {
      const value = values[index] ?? new RangeError(`${values.length} answers to ${entries.length} questions`)
      if (value instanceof Error) this.#fail(entry, value)
      else {
        this.#store(entry, value, at, tagVersion)
        this.#settle(entry, { value, at, isStale: false })
      }
    })
  }

  #store(
    question: InFlightQuestion<Key, Value>,
    value: Value,
    at: number,
    tagVersion: TagVersion | undefined,
  ): void {
    const { ttlOf, encoding } = this.#endpoint
    const milliseconds = this.#cachePolicy ? ttlOf(question.key, value, at) : 0
    if (!this.#cachePolicy || milliseconds <= 0 || question.isOutdated) return
    if (this.#tag !== undefined && tagVersion === undefined) return
    const { cache, staleMilliseconds } = this.#cachePolicy
    const entry = { value: encoding ? encoding.encode(value) : value, at }
    const ttl = Math.max(milliseconds, staleMilliseconds)
    void cache.set(question.name, entry, ttl, tagVersion, encoding?.decode)
  }

  #fail(entry: InFlightQuestion<Key, Value>, error: Error): void {
    const { expired } = entry
    const staleMilliseconds = this.#cachePolicy?.staleMilliseconds ?? 0
    if (expired && Date.now() - expired.at < staleMilliseconds && isDown(error))
      this.#settle(entry, { ...expired, isStale: true })
    else this.#settle(entry, error)
  }

  #settle(entry: InFlightQuestion<Key, Value>, outcome: Outcome<Value> | Error): void {
    if (this.#open.get(entry.name) === entry) this.#open.delete(entry.name)
    entry.settle(outcome)
  }
}

/** Of more the work is worth a turn of the event loop: thousands may be let through at once. */
const fewQuestions = 16

/** Each look-up takes room, and the year of a fleet has thousands. */
const lookUpsAtOnce = 100

/** By how much the clocks of instances may differ, in milliseconds. */
const clockLeeway = 5_000
