import { ageOf } from '../cache/age.ts'
import type { CacheEntry, CachePolicy } from '../cache/cache.ts'
import type { LeaseResult } from '../cache/leases.ts'
import { isDown } from '../error.ts'
import type { Endpoint } from './endpoint.ts'
import type { InFlightQuestion } from './in-flight.ts'
import type { Outcome } from './outcome.ts'

/** The values of one endpoint in the cache of an account. Without a policy it is empty. */
export class CachedValues<Key, Value> {
  readonly #endpoint: Endpoint<Key, Value>
  readonly #policy: CachePolicy | undefined

  constructor(endpoint: Endpoint<Key, Value>, policy: CachePolicy | undefined) {
    this.#endpoint = endpoint
    this.#policy = policy
  }

  /** Settles fresh values; returns the questions that remain. `skipsMemory` also finds what other instances have just written. */
  async lookUp(
    questions: readonly InFlightQuestion<Key, Value>[],
    settle: (question: InFlightQuestion<Key, Value>, outcome: Outcome<Value>) => void,
    skipsMemory = false,
  ): Promise<readonly InFlightQuestion<Key, Value>[]> {
    const cache = this.#policy?.cache
    if (!cache) return questions
    const { leavesMemory } = this.#endpoint
    const decode = this.#endpoint.encoding?.decode
    const missing: InFlightQuestion<Key, Value>[] = []
    for (let from = 0; from < questions.length; from += lookUpsAtOnce) {
      const batch = questions.slice(from, from + lookUpsAtOnce)
      // All who waited may be gone by now.
      const found = batch.map(({ isWanted, name, tag, key, isBulk }) =>
        isWanted
          ? cache.get(name, decode, { tag, skipsMemory, leavesMemory: leavesMemory?.(key), isBulk })
          : undefined,
      )
      const entries = await Promise.all(found)
      batch.forEach((question, index) => {
        const outcome = this.#fresh(question, entries[index])
        if (outcome) settle(question, outcome)
        else missing.push(question)
      })
    }
    return missing
  }

  /** Resolves, once the value is stored, with the message for other instances. */
  async store(question: InFlightQuestion<Key, Value>, value: Value, at: number): Promise<LeaseResult> {
    const { ttlOf, encoding, isPublished } = this.#endpoint
    const milliseconds = this.#policy ? ttlOf(question.key, value, at) : 0
    const encode = () => (encoding ? encoding.encode(value) : value)
    if (milliseconds <= 0 && isPublished?.(value)) return { message: { kind: 'given', value: encode(), at } }
    if (!this.#policy || milliseconds <= 0) return { message: { kind: 'unshared' } }
    if (question.isOutdated || !question.isShareable) return undefined
    const { cache, staleMilliseconds } = this.#policy
    const leavesMemory = this.#endpoint.leavesMemory?.(question.key, value) ?? false
    const isStored = !leavesMemory || cache.leases !== undefined
    const ttl = Math.max(milliseconds, staleMilliseconds)
    const entry = { value: isStored ? encode() : undefined, at }
    const { name, tag, isBulk } = question
    const storing = { decode: encoding?.decode, leavesMemory, isBulk }
    const isShared = await cache.set(name, entry, ttl, tag, storing)
    return isShared ? { keptMilliseconds: milliseconds } : { message: { kind: 'unshared' } }
  }

  /** Replaces a failure if the upstream is down and the entry is not too old. */
  standIn({ key, expired }: InFlightQuestion<Key, Value>, error: Error): Outcome<Value> | undefined {
    if (!expired || !isDown(error)) return undefined
    const { value, at } = expired
    // It may be within its TTL, but older than the question allows.
    const longest = Math.max(this.#policy?.staleMilliseconds ?? 0, this.#endpoint.ttlOf(key, value, at))
    return Date.now() - at < longest ? { value, at, isStale: true } : undefined
  }

  #fresh(question: InFlightQuestion<Key, Value>, entry: CacheEntry | undefined): Outcome<Value> | undefined {
    const { ttlOf, isValue } = this.#endpoint
    if (!entry || !isValue(entry.value)) return undefined
    const { value, at } = entry
    const age = ageOf(at)
    if (age === undefined) return undefined
    const longest = Math.min(question.maximumAge, ttlOf(question.key, value, at))
    if (age < longest) return { value, at, isStale: false, until: at + longest }
    question.expired = { value, at }
    return undefined
  }
}

/** Bounds the look-ups at once: each takes memory, and the year of a fleet has thousands. */
const lookUpsAtOnce = 100
