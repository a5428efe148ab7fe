import type { CachePolicy } from '../cache/cache.ts'
import type { LeaseResult, OthersLeases } from '../cache/leases.ts'
import type { TagVersion } from '../cache/tag-versions.ts'
import type { CallContext } from '../call-context.ts'
import { endedError } from '../deadline.ts'
import { asError, CallerLimited, UpstreamError } from '../error.ts'
import { CachedValues } from './cached-values.ts'
import { CallClaim } from './call-claim.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { InFlightQuestion, type Outcome } from './in-flight.ts'
import { callContextFor, whileWanted } from './question-call.ts'
import type { RequestScope } from './request-scope.ts'
import { type GivenResult, printFailure, readTold } from './told-result.ts'
import { type Deliver, Waiters } from './waiters.ts'

/**
 * One account's batched, coalesced and cached access to an endpoint. Equal questions share one call, which is aborted when
 * nobody waits for it any more. A value is cached for the TTL of its endpoint, and an error never. Instances that share a cache
 * share calls, too.
 */
export class DataSource<Key, Value> {
  readonly #endpoint: Endpoint<Key, Value>
  readonly #cachePolicy: CachePolicy | undefined
  readonly #cached: CachedValues<Key, Value>
  readonly #tag: string | undefined
  readonly #open = new Map<string, InFlightQuestion<Key, Value>>()

  /** `forget` clears the tag of all its entries. */
  constructor(endpoint: Endpoint<Key, Value>, cachePolicy: CachePolicy | undefined, tag?: string) {
    this.#endpoint = endpoint
    this.#cachePolicy = cachePolicy
    this.#cached = new CachedValues(endpoint, cachePolicy)
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
    const tag = this.#tag === undefined ? undefined : await this.#currentTag(this.#tag)
    if (scope.signal.aborted) throw endedError(scope.provider, scope.signal)
    const { joined, fresh } = this.#join(keys, names, waiters, isAfresh, tag)
    const leave = () => {
      waiters.failAll(endedError(scope.provider, scope.signal))
      for (const entry of joined) if (entry.leave(waiters)) this.#close(entry)
    }
    scope.signal.addEventListener('abort', leave, { once: true })
    try {
      const missing = isAfresh || !this.#cachePolicy ? fresh : await this.#lookUp(fresh)
      this.#makeAll(missing, scope, isAfresh ? 'unclaimed' : 'claimed')
      await scope.waitFor(waiters)
    } finally {
      scope.signal.removeEventListener('abort', leave)
    }
  }

  /** All that are waited for, and those of them that nobody has asked yet. */
  #join(
    keys: readonly Key[],
    names: readonly string[],
    waiters: Waiters<Value>,
    isAfresh: boolean,
    tag: TagVersion | 'unknown' | undefined,
  ) {
    const fresh: InFlightQuestion<Key, Value>[] = []
    const joined = keys.map((key, index) => {
      const name = names[index] ?? this.#endpoint.nameOf(key)
      const asked = new InFlightQuestion<Key, Value>(name, key, tag)
      const known = asked.isShareable ? this.#open.get(asked.sharedName) : undefined
      // Another may still look it up in the cache.
      const open = isAfresh && !known?.isAsked ? undefined : known
      const entry = open ?? asked
      if (!open) {
        this.#open.set(entry.sharedName, entry)
        fresh.push(entry)
      }
      entry.join(waiters, index)
      return entry
    })
    return { joined, fresh }
  }

  /** Unknown where other instances may have changed it without our notice. */
  async #currentTag(tag: string): Promise<TagVersion | 'unknown' | undefined> {
    if (!this.#cachePolicy) return undefined
    return (await this.#cachePolicy.cache.tagVersion(tag)) ?? 'unknown'
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

  /** Settles what the cache holds and is fresh; returns the rest. */
  #lookUp(questions: Questions<Key, Value>, skipsMemory = false): Promise<Questions<Key, Value>> {
    const settle = (question: InFlightQuestion<Key, Value>, outcome: Outcome<Value>) =>
      this.#settle(question, outcome)
    return this.#cached.lookUp(questions, settle, skipsMemory)
  }

  #makeAll(questions: Questions<Key, Value>, scope: RequestScope, manner: Manner): void {
    const wanted = new Map<Key, InFlightQuestion<Key, Value>>()
    // Whoever waited may be gone by now.
    for (const question of questions) if (question.isWanted) wanted.set(question.key, question)
    if (wanted.size === 0) return
    for (const question of wanted.values()) question.made = undefined
    for (const call of this.#endpoint.callsOf([...wanted.keys()])) {
      const loaded = call.keys.flatMap(key => wanted.get(key) ?? [])
      this.#make(call, loaded, scope, manner).catch(error => {
        for (const question of loaded) this.#settle(question, asError(error))
      })
    }
  }

  async #make(
    call: Call<Key, Value>,
    questions: Questions<Key, Value>,
    scope: RequestScope,
    manner: Manner,
  ): Promise<void> {
    const claim = this.#claimFor(questions, manner)
    const callContext: CallContext = {
      ...callContextFor(call, questions, scope),
      ...(claim && { claim: () => claim.take() }),
    }
    const values = await call.make(callContext).catch(error => questions.map(() => asError(error)))
    if (claim?.others) return this.#follow(claim.others, call, questions, scope)
    const at = Date.now()
    const conclude = (question: InFlightQuestion<Key, Value>, index: number) => {
      const value =
        values[index] ?? new RangeError(`${values.length} answers to ${questions.length} questions`)
      if (value instanceof Error) {
        callContext.trail?.explain(value)
        if (value instanceof CallerLimited) return this.#failCaller(question, value, scope)
        return this.#fail(question, value)
      }
      const stored = this.#cached.store(question, value, at).catch(() => undefined)
      this.#settle(question, { value, at, isStale: false })
      return stored
    }
    const results: (LeaseResult | Promise<LeaseResult>)[] = []
    try {
      for (const [index, question] of questions.entries()) results.push(conclude(question, index))
    } finally {
      // A lease that is not ended is renewed for ever.
      claim?.end(callContext.signal.aborted ? [] : await Promise.all(results))
    }
  }

  #claimFor(questions: Questions<Key, Value>, manner: Manner): CallClaim | undefined {
    const leases = this.#cachePolicy?.cache.leases
    if (!leases || manner === 'unclaimed') return undefined
    if (questions.some(question => !question.isShareable || hasWaitedLong(question))) return undefined
    const names = questions.map(({ sharedName }) => sharedName)
    return new CallClaim(leases, names, manner === 'claimed after a look')
  }

  /** Waits for the calls that other instances make, and makes those that none makes. */
  async #follow(
    others: OthersLeases,
    call: object,
    questions: Questions<Key, Value>,
    scope: RequestScope,
  ): Promise<void> {
    const of = (state: string) => questions.filter((_, index) => others.states[index] === state)
    const wanted = whileWanted(of('leased'), scope)
    const made = { usage: undefined, call }
    for (const question of of('leased')) {
      question.made = made
      question.followedSince ??= performance.now()
    }
    this.#makeAll(of('free'), scope, 'claimed')
    this.#makeAll(await this.#lookUp(of('cached'), true), scope, 'claimed after a look')
    const told = await others.ended(wanted)
    const untold: InFlightQuestion<Key, Value>[] = []
    const unshared: InFlightQuestion<Key, Value>[] = []
    questions.forEach((question, index) => {
      if (others.states[index] !== 'leased') return
      const result = readTold(told[index])
      if (result?.kind === 'failed') this.#fail(question, result.error)
      else if (result?.kind === 'unshared') unshared.push(question)
      else if (!result || !this.#isGiven(question, result)) untold.push(question)
    })
    this.#makeAll(unshared, scope, 'unclaimed')
    this.#makeAll(await this.#lookUp(untold, true), scope, 'claimed')
  }

  #isGiven(question: InFlightQuestion<Key, Value>, { value: json, at }: GivenResult): boolean {
    const { encoding, isValue } = this.#endpoint
    const value = encoding ? encoding.decode(json) : json
    if (!isValue(value)) return false
    this.#settle(question, { value, at, isStale: false })
    return true
  }

  /** Returns what waiting instances are told. */
  #fail(question: InFlightQuestion<Key, Value>, error: Error): LeaseResult {
    this.#settle(question, this.#cached.standIn(question, error) ?? error)
    return error instanceof UpstreamError ? { told: printFailure(error) } : undefined
  }

  /** Fails those who ask for the same caller. The call is made for another caller who waits, if there is one. */
  #failCaller(question: InFlightQuestion<Key, Value>, error: CallerLimited, scope: RequestScope): undefined {
    const other = this.#cached.standIn(question, error) ? undefined : question.failCaller(scope, error)
    if (other) this.#makeAll([question], other, 'unclaimed')
    else this.#fail(question, error)
  }

  #settle(question: InFlightQuestion<Key, Value>, outcome: Outcome<Value> | Error): void {
    this.#close(question)
    question.settle(outcome)
  }

  /** Nobody joins it any more. */
  #close(question: InFlightQuestion<Key, Value>): void {
    if (this.#open.get(question.sharedName) === question) this.#open.delete(question.sharedName)
  }
}

type Questions<Key, Value> = readonly InFlightQuestion<Key, Value>[]

/** Whether other instances that ask the same are looked for, before a call or after the cache was read once more. */
type Manner = 'claimed' | 'claimed after a look' | 'unclaimed'

/** Whether it waited for other instances as long as a call may take. */
function hasWaitedLong({
  followedSince = performance.now(),
}: {
  readonly followedSince: number | undefined
}) {
  return performance.now() - followedSince > longestFollowing
}

/** Of more the work is worth a turn of the event loop: thousands may be let through at once. */
const fewQuestions = 16

/** In milliseconds; the default deadline of a call. */
const longestFollowing = 10_000
