import type { CachePolicy } from '../cache/cache.ts'
import type { TagVersion } from '../cache/tag-versions.ts'
import { endedError } from '../deadline.ts'
import { asError } from '../error.ts'
import type { Endpoint } from './endpoint.ts'
import { InFlightQuestion } from './in-flight.ts'
import { OpenQuestions } from './open-questions.ts'
import { QuestionLoading } from './question-loading.ts'
import type { RequestScope } from './request-scope.ts'
import type { PlannedName } from './usage.ts'
import { type Deliver, Waiters } from './waiters.ts'

/**
 * One account's batched, coalesced and cached access to an endpoint. Equal questions share one call, which is aborted once nobody
 * waits for it. Values are cached for the TTL of the endpoint, errors never. Instances that share a cache also share calls.
 */
export class DataSource<Key, Value> {
  readonly #endpoint: Endpoint<Key, Value>
  readonly #cachePolicy: CachePolicy | undefined
  readonly #tag: string | undefined
  readonly #open = new OpenQuestions<Key, Value>()
  readonly #loading: QuestionLoading<Key, Value>

  /** `forget` clears the tag of all its entries. */
  constructor(endpoint: Endpoint<Key, Value>, cachePolicy: CachePolicy | undefined, tag?: string) {
    this.#endpoint = endpoint
    this.#cachePolicy = cachePolicy
    this.#tag = tag
    this.#loading = new QuestionLoading(endpoint, cachePolicy, this.#open)
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

  /** As `askAll`, for thousands of keys: delivers each result when it comes without keeping it. Resolves after the last. */
  askEach(keys: readonly Key[], scope: RequestScope, deliver: Deliver<Value>, held?: Held): Promise<void> {
    return this.#start(keys, new Waiters(keys.length, scope, deliver), false, held)
  }

  /** Clears the tag. Current calls still settle their waiters, but nobody joins them and their values are not stored. */
  async forget(): Promise<void> {
    this.#open.outdate()
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

  #start(keys: readonly Key[], waiters: Waiters<Value>, isAfresh: boolean, held?: Held): Promise<void> {
    this.#load(keys, waiters, isAfresh, held).catch(error => waiters.failAll(asError(error)))
    return waiters.done
  }

  async #load(
    keys: readonly Key[],
    waiters: Waiters<Value>,
    isAfresh: boolean,
    held: Held | undefined,
  ): Promise<void> {
    const { scope } = waiters
    await this.#admit(keys, scope)
    if (keys.length > fewQuestions) await scope.pause(undefined)
    const tag = this.#tag === undefined ? undefined : await this.#currentTag(this.#tag)
    if (scope.signal.aborted) throw endedError(scope.provider, scope.signal)
    // In the same turn, since the waiter of another answer may already hold it for this question too.
    const given = held ? keys.map((_key, index) => held.givenAt(index)) : []
    const { joined, fresh } = this.#join(keys, waiters, isAfresh, tag, given)
    const leave = () => {
      waiters.failAll(endedError(scope.provider, scope.signal))
      for (const entry of joined) if (entry.leave(waiters)) this.#open.close(entry)
    }
    scope.signal.addEventListener('abort', leave, { once: true })
    try {
      await this.#loading.load(fresh, scope, isAfresh)
      if (held) await this.#takeHeld(held, given, keys, waiters)
      await scope.waitFor(waiters)
    } finally {
      scope.signal.removeEventListener('abort', leave)
    }
  }

  /** All open questions, and those of them that nobody has loaded yet. */
  #join(
    keys: readonly Key[],
    waiters: Waiters<Value>,
    isAfresh: boolean,
    tag: TagVersion | 'unknown' | undefined,
    given: readonly (number | undefined)[],
  ) {
    const fresh: InFlightQuestion<Key, Value>[] = []
    const joined = keys.flatMap((key, index) => {
      if (given[index] !== undefined) return []
      const name = this.#endpoint.nameOf(key)
      const planned = this.#endpoint.plannedNameOf?.(key) ?? { group: '', item: name }
      const maximumAge = this.#endpoint.maximumAgeOf?.(key)
      const asked = new InFlightQuestion<Key, Value>(name, key, tag, { planned, maximumAge })
      const entry = this.#open.share(asked, isAfresh)
      if (entry === asked) fresh.push(entry)
      entry.join(waiters, index)
      return [entry]
    })
    return { joined, fresh }
  }

  async #takeHeld(
    held: Held,
    given: readonly (number | undefined)[],
    keys: readonly Key[],
    waiters: Waiters<Value>,
  ): Promise<void> {
    const { scope } = waiters
    for (const [index, key] of keys.entries()) {
      if (given[index] === undefined || !waiters.skip(index)) continue
      const { group, item } = this.#plannedName(key)
      scope.usage.noteServed(group, item)
      held.take(index)
      if (scope.isPauseDue) await scope.pause(undefined)
    }
  }

  /** Unknown if other instances may have changed it unnoticed. */
  async #currentTag(tag: string): Promise<TagVersion | 'unknown' | undefined> {
    if (!this.#cachePolicy) return undefined
    return (await this.#cachePolicy.cache.tagVersion(tag)) ?? 'unknown'
  }

  /** Plans the calls that the request has not planned yet, as with a cold cache, so that equal requests have equal plans. */
  #admit(keys: readonly Key[], scope: RequestScope): Promise<void> {
    const { usage } = scope
    const missing = keys.filter(key => {
      const { group, item } = this.#plannedName(key)
      return usage.add(group, item)
    })
    const calls = missing.length > 0 ? this.#endpoint.callsOf(missing) : []
    for (const call of calls) {
      const plan = usage.plan(call.keys.length)
      for (const key of call.keys) {
        const { group, item } = this.#plannedName(key)
        plan(group, item)
      }
    }
    return scope.admit(calls.map(({ plan }) => plan))
  }

  #plannedName(key: Key): PlannedName {
    const { nameOf, plannedNameOf } = this.#endpoint
    return plannedNameOf ? plannedNameOf(key) : { group: '', item: nameOf(key) }
  }
}

/** Values that the caller already has, by the index of the key: they are planned and count as cached, but are not loaded. */
export interface Held {
  /** When upstream sent it, in milliseconds since 1970; undefined for a key that has to be loaded. */
  readonly givenAt: (index: number) => number | undefined
  /** Called once for each held value. Records its age, at the latest with the last one. Must not throw. */
  readonly take: (index: number) => void
}

/** With more keys, the work is worth a turn of the event loop: thousands may be let through at once. */
const fewQuestions = 16
