import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Account } from '../../account.ts'
import { type ProviderName, providerNames } from '../../upstream/error.ts'
import type { EnteredExchange } from '../front-door.ts'
import type { JsonHead } from '../http/json-response.ts'
import type { RequestRecord } from '../http/request-record.ts'
import type { TextBody } from '../http/response-body.ts'
import { decidingHeaders } from './document-freshness.ts'
import type { Result } from './result-body.ts'

/** A response as it is sent, without the headers and members of each request. */
export interface SharedResponse {
  readonly head: JsonHead
  readonly body: TextBody
}

export interface KeptResponse extends SharedResponse {
  /** What running its operation recorded. */
  readonly record: Pick<RequestRecord, 'operation' | 'estimatedCost' | 'actualCost' | 'used'>
  /** As printed in the response. */
  readonly quotas: readonly { readonly provider: ProviderName; readonly left: number | null }[]
  /** The account's count of stored data before the operation ran. */
  readonly stored: number
  /** In milliseconds since 1970: when it was made, and when a printed age changes. */
  readonly from: number
  readonly until: number
}

/**
 * Responses whose data came from the cache, so that equal requests within a second get the same bytes. Equal requests have the
 * same caller and account, in their current state. A response is no longer shared once a printed age or quota changes, a day that
 * it used is over, or anything was stored for the account, so that nobody gets older data than was sent before.
 */
export class SharedResponses {
  readonly #responses: LRUCache<string, KeptResponse>
  readonly #numbers = new WeakMap<object, number>()
  #count = 0

  /** The bound of memory. */
  constructor(bytes: number) {
    this.#responses = new LRUCache({
      max: mostResponses,
      maxSize: Math.max(1, bytes),
      maxEntrySize: longestEntry,
      sizeCalculation: ({ body }, name) => ownBytes + 2 * name.length + body.heldBytes,
      ttl: longestSharing,
      // The clock of ages, looked up on each use: tests replace it.
      perf: { now: () => Date.now() },
      ttlAutopurge: true,
    })
  }

  /** The key of equal requests: `text` is the body of a POST or the query of a GET. */
  nameOf({ request, caller, account }: EnteredExchange, text: string): string {
    const { method = '', headers } = request
    let name = `${this.#numberOf(account)} ${this.#numberOf(caller)} ${method} ${headers.host ?? ''}`
    // No header contains a line end.
    for (const header of decidingHeaders) name += `\n${headers[header] ?? ''}`
    return `${name}\n${text}`
  }

  /** The response that an equal request may get now. */
  find(name: string, account: Account): KeptResponse | undefined {
    const found = this.#responses.get(name)
    if (!found || found.stored !== account.stored.count) return undefined
    const now = Date.now()
    if (now < found.from || now >= found.until) return undefined
    for (const { provider, left } of found.quotas) if (left !== quotaLeft(account, provider)) return undefined
    return found
  }

  /** Keeps a response if it may be shared. `stored` is the account's count before its operation ran. */
  add(
    name: string,
    { account, record }: EnteredExchange,
    result: Result,
    stored: number,
    response: SharedResponse,
  ): void {
    if (response.head.status !== 200 || result.errors || record.operation?.type !== 'query') return
    const now = Date.now()
    const shareableUntil = record.shareableUntil?.() ?? 0
    if (stored !== account.stored.count || shareableUntil <= now) return
    const printed = allCached.safeParse(result.extensions).data
    const uses = record.used?.() ?? []
    if (!printed || uses.length === 0) return
    let until = Math.min(now + longestSharing, shareableUntil)
    const quotas: KeptResponse['quotas'][number][] = []
    for (const { provider, usage } of uses) {
      const [cost, freshness] = [printed.upstream[provider], printed.freshness[provider]]
      if (!cost || !freshness || usage.oldest === undefined || cost.cached !== cost.planned) return
      until = Math.min(until, usage.freshUntil, usage.oldest + 1000 * (freshness.ageSeconds + 1))
      quotas.push({ provider, left: cost.quotaLeft })
    }
    const { operation, estimatedCost, actualCost } = record
    const noted = {
      ...(operation && { operation }),
      ...(estimatedCost !== undefined && { estimatedCost }),
      ...(actualCost !== undefined && { actualCost }),
      used: () => uses,
    }
    this.#responses.set(name, { ...response, record: noted, quotas, stored, from: now, until })
    response.body.onGrown = () => this.#weighAgain(name, response)
  }

  /** Removes all responses, with their timers. */
  [Symbol.dispose](): void {
    this.#responses.clear()
  }

  #weighAgain(name: string, { body }: SharedResponse): void {
    const kept = this.#responses.peek(name)
    // The size of the same object would not be measured again, so it is a copy.
    if (kept?.body === body) this.#responses.set(name, { ...kept }, { noUpdateTTL: true })
  }

  /** Numbers are never reused, and reveal nothing. */
  #numberOf(one: object): number {
    const known = this.#numbers.get(one)
    if (known !== undefined) return known
    this.#numbers.set(one, ++this.#count)
    return this.#count
  }
}

const providerName = z.enum(providerNames)

/** The extensions of a response without calls, whose data is not past its TTL. */
const allCached = z.object({
  upstream: z.partialRecord(
    providerName,
    z.object({
      planned: z.int(),
      made: z.literal(0),
      cached: z.int(),
      quotaLeft: z.number().nullable(),
    }),
  ),
  freshness: z.partialRecord(providerName, z.object({ ageSeconds: z.int(), stale: z.literal(false) })),
})

function quotaLeft({ clients }: Account, provider: ProviderName): number | null {
  return clients[provider]?.quotaLeft ?? null
}

/** In milliseconds. */
const longestSharing = 1000
/** The most bytes of a response with its key. */
const longestEntry = 524_288
const mostResponses = 1000
/** The memory of an entry besides its key and its body: the LRU list, its timer, its record. */
const ownBytes = 1500
