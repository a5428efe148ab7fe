import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../access/caller.ts'
import type { Charge } from '../upstream/call-context.ts'
import { CallerLimited, type ProviderName } from '../upstream/error.ts'
import { type Log, silentLog } from '../upstream/log.ts'
import type { CallCounter, Refusal as Wait } from '../upstream/rate-limit/call-counter.ts'
import type { CallCounters } from '../upstream/rate-limit/call-counters.ts'
import { AddressCounters } from './address-counters.ts'
import type { CostMode } from './cost-mode.ts'
import { Refusal } from './refusal.ts'

const [minute, hour] = [60_000, 3_600_000]

/** The counters of so many limits are remembered; whose counter is forgotten begins anew. */
const mostCounters = 10_000

/** A minute's cost is counted in so many parts, since the call counters count one by one. */
const partsOfCost = 100

interface CostCounter {
  readonly counter: CallCounter
  readonly part: number
  /** What is spent of the next part. */
  rest: number
}

/**
 * What each caller has used of its own limits, counted as the calls to vendors are: in sliding windows, together with other
 * instances where they share a Redis. Callers without limits cost nothing.
 */
export class CallerLimits implements Disposable {
  readonly #counters: CallCounters
  readonly #open = new LRUCache<string, CallCounter>({
    max: mostCounters,
    ttl: 2 * hour,
    updateAgeOnGet: true,
    dispose: counter => counter[Symbol.dispose](),
  })
  readonly #addresses = new AddressCounters()
  readonly #log: Pick<Log, 'warn'>
  #hasToldOfProxy = false
  readonly #costs = new WeakMap<CallCounter, CostCounter>()

  constructor(counters: CallCounters, log: Pick<Log, 'warn'> = silentLog) {
    this.#counters = counters
    this.#log = log
  }

  /** Counts a request, and tells what is left in the headers of its response. Rejects with a Refusal of status 429. */
  async enter(
    { id, limits }: Caller,
    { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
    response: ServerResponse,
  ): Promise<void> {
    const { requestsPerMinute: requests, costPerMinute: cost } = limits ?? {}
    if (cost !== undefined) tell(response, 'cost', cost, left(this.#cost(id, cost).counter, cost), minute)
    const ofAddress = limits?.requestsPerMinuteOfAddress
    // First, so that a flood from one address is refused before it uses up what all have together.
    if (ofAddress !== undefined) {
      this.#tellOfProxy(headers)
      const counter = this.#addresses.counterOf(socket.remoteAddress, ofAddress)
      await admit(counter, { name: 'address', requests: ofAddress, who: 'Your address' }, response)
    }
    if (requests === undefined) return
    const who = ofAddress === undefined ? 'This caller' : 'All who show no credential together'
    await admit(this.#counter(id, 'requests', requests, minute), { name: 'minute', requests, who }, response)
  }

  /** Counts the estimated cost of an operation, and tells what is left. Returns why the operation has to wait, if it does. */
  async spend(
    { id, limits }: Caller,
    cost: number,
    response: ServerResponse,
    mode: CostMode,
  ): Promise<{ readonly message: string; readonly headers: Readonly<Record<string, string>> } | undefined> {
    const { costPerMinute: limit } = limits ?? {}
    if (limit === undefined) return undefined
    if (mode === 'enforce' && cost > limit) {
      const message = `This caller may spend ${limit} a minute, and the operation is estimated to cost ${cost}: ask for less.`
      // Every 429 has the header. No wait helps, as the message says.
      return { message, headers: { 'retry-after': '60' } }
    }
    const spent = this.#cost(id, limit)
    const { counter, part } = spent
    const parts = Math.floor((spent.rest + cost) / part)
    const rest = cost - parts * part
    spent.rest += rest
    // Only a try tells what others have spent, and whether theirs is over.
    const taken = Math.min(parts, counter.windowRooms[0]?.calls ?? parts)
    const wait = taken > 0 ? await counter.take(0, taken) : undefined
    if (wait && mode === 'measure') await takeWhatIsLeft(counter, taken)
    tell(response, 'cost', limit, left(counter, limit), minute)
    if (mode === 'measure' || !wait) return undefined
    spent.rest -= rest
    const message = `This caller may spend ${limit} a minute, and the operation is estimated to cost ${cost}, more than is left: ask again later, or for less.`
    return { message, headers: retryAfter(wait) }
  }

  /** Counts calls to a vendor; rejects with CallerLimited once the hour's are used up. Undefined for a caller without that limit. */
  chargeOf({ id, limits }: Caller, provider: ProviderName): Charge | undefined {
    const calls = limits?.upstreamCallsPerHour?.[provider]
    if (calls === undefined) return undefined
    const counter = () => this.#counter(id, provider, calls, hour)
    const take = async () => {
      const refusal = await counter().take(0)
      if (!refusal) return
      throw new CallerLimited(
        provider,
        'RATE_LIMITED',
        `This caller may make ${calls} calls to ${provider} an hour, and has made them.`,
        { retryAfterSeconds: secondsOf(refusal) },
      )
    }
    const look = async () => {
      if ((counter().windowRooms[0]?.left ?? 0) > 0) return false
      // Only a try tells how long to wait, and whether there is room again that others had used.
      await take()
      return true
    }
    return { look, take }
  }

  [Symbol.dispose](): void {
    this.#open.clear()
  }

  /** Once. Strangers can write these headers themselves, so what they say of an address counts for nothing. */
  #tellOfProxy(headers: IncomingHttpHeaders): void {
    if (this.#hasToldOfProxy || !(headers.forwarded ?? headers['x-forwarded-for'])) return
    this.#hasToldOfProxy = true
    const message =
      'Strangers seem to come from behind a proxy, so that all of them share the limit of one address: set ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS to 0, and limit addresses at the proxy'
    this.#log.warn({}, message)
  }

  #cost(id: string, limit: number): CostCounter {
    const part = Math.max(1, limit / partsOfCost)
    const counter = this.#counter(id, 'cost', Math.max(1, Math.floor(limit / part)), minute)
    return this.#costs.getOrInsertComputed(counter, () => ({ counter, part, rest: 0 }))
  }

  #counter(id: string, what: string, calls: number, milliseconds: number): CallCounter {
    const name = `${what}:${calls}:${id}`
    const known = this.#open.get(name)
    if (known) return known
    const counter = this.#counters.open(`caller:${hashOf(id)}:${what}:${calls}`, {
      windows: [{ calls, milliseconds }],
    })
    this.#open.set(name, counter)
    return counter
  }
}

/** The code of a caller's own limits. */
export const rateLimited = 'RATE_LIMITED'

async function admit(
  counter: Pick<CallCounter, 'take' | 'windowRooms'>,
  { name, requests, who }: { readonly name: string; readonly requests: number; readonly who: string },
  response: ServerResponse,
): Promise<void> {
  const refusal = await counter.take(0)
  tell(response, name, requests, counter.windowRooms[0]?.left ?? 0, refusal?.milliseconds ?? minute)
  if (!refusal) return
  const message = `${who} may send ${requests} requests a minute, and has sent them: ask again later.`
  throw new Refusal(429, message, retryAfter(refusal), rateLimited)
}

/** Adds a limit to the headers of the IETF's draft on rate limits (version 11), unless they are sent already. */
function tell(response: ServerResponse, name: string, quota: number, left: number, wait: number): void {
  if (response.headersSent) return
  const policies = known(response, 'ratelimit-policy', name)
  const states = known(response, 'ratelimit', name)
  response.setHeader('ratelimit-policy', [...policies, `"${name}";q=${quota};w=60`].join(', '))
  const seconds = Math.ceil(wait / 1000)
  response.setHeader('ratelimit', [...states, `"${name}";r=${Math.floor(left)};t=${seconds}`].join(', '))
}

/** The other limits that a header tells. */
function known(response: ServerResponse, header: string, name: string): readonly string[] {
  const text = response.getHeader(header)
  return typeof text === 'string' ? text.split(', ').filter(limit => !limit.startsWith(`"${name}"`)) : []
}

/** For what is only measured, which may be more than there is room for. */
async function takeWhatIsLeft(counter: CallCounter, parts: number): Promise<void> {
  const room = Math.min(parts, counter.windowRooms[0]?.left ?? 0)
  if (room > 0) await counter.take(0, room)
}

function left({ windowRooms: [room] }: CallCounter, limit: number): number {
  return room ? (room.left / room.calls) * limit : limit
}

function retryAfter(wait: Wait): Readonly<Record<string, string>> {
  return { 'retry-after': String(secondsOf(wait)) }
}

function secondsOf({ milliseconds }: Wait): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}

/** A caller's id may be of an issuer that puts names of people into it. */
function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}
