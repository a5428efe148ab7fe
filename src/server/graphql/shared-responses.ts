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

/** A response as it is sent, but for what is told of each request. */
export interface SharedResponse {
  readonly head: JsonHead
  readonly body: TextBody
}

export interface KeptResponse extends SharedResponse {
  /** What the run of its operation noted. */
  readonly record: Pick<RequestRecord, 'operation' | 'estimatedCost' | 'actualCost' | 'used'>
  /** As they are printed in it. */
  readonly quotas: readonly { readonly provider: ProviderName; readonly left: number | null }[]
  /** The account's count of what was stored, before it was made. */
  readonly stored: number
  /** In milliseconds since 1970: when it was made, and when an age in it is another one. */
  readonly from: number
  readonly until: number
}

/**
 * Responses whose data the cache held, so that equal requests within a second get the same bytes. Equal requests are of the same
 * caller and account, as both are at the moment. A response is not shared any more once an age or a quota in it is another one,
 * a day that it used is over, or anything was stored for the account, so that nobody gets older data than was sent before.
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
      // The clock of ages, looked up each time: a test may hold it, and lets it go.
      perf: { now: () => Date.now() },
      ttlAutopurge: true,
    })
  }

  /** What equals for equal requests: `text` is the body of a POST or the query of a GET. */
  nameOf({ request, caller, account }: EnteredExchange, text: string): string {
    const { method = '', headers } = request
    let name = `${this.#numberOf(account)} ${this.#numberOf(caller)} ${method} ${headers.host ?? ''}`
    // No header holds the end of a line.
    for (const header of decidingHeaders) name += `\n${headers[header] ?? ''}`
    return `${name}\n${text}`
  }

  /** What an equal request may get at this moment. */
  find(name: string, account: Account): KeptResponse | undefined {
    const found = this.#responses.get(name)
    if (!found || found.stored !== account.stored.count) return undefined
    const now = Date.now()
    if (now < found.from || now >= found.until) return undefined
    for (const { provider, left } of found.quotas) if (left !== quotaLeft(account, provider)) return undefined
    return found
  }

  /** Keeps a response if it may be shared. `stored` is the account's count before its operation was run. */
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

  /** Lets go of all, with the timers that would. */
  [Symbol.dispose](): void {
    this.#responses.clear()
  }

  #weighAgain(name: string, { body }: SharedResponse): void {
    const kept = this.#responses.peek(name)
    // The size of the very same value is taken as known.
    if (kept?.body === body) this.#responses.set(name, { ...kept }, { noUpdateTTL: true })
  }

  /** Numbers are never used again, and tell nothing. */
  #numberOf(one: object): number {
    const known = this.#numbers.get(one)
    if (known !== undefined) return known
    this.#numbers.set(one, ++this.#count)
    return this.#count
  }
}

const providerName = z.enum(providerNames)

/** The extensions of a response for which no call was made, with data that is not past its time. */
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
/** In bytes, of a response with its name. */
const longestEntry = 524_288
const mostResponses = 1000
/** What an entry takes beside its name and its body: the list of the least recently used, its timer, its record. */
const ownBytes = 1500
