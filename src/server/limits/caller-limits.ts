import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { type Caller, strangerId } from '../../access/caller.ts'
import type { Charge } from '../../upstream/call-context.ts'
import { counted } from '../../upstream/counted.ts'
import { CallerLimited, type ProviderName } from '../../upstream/error.ts'
import { type Log, silentLog } from '../../upstream/log.ts'
import type { CallCounter, Refusal as Wait } from '../../upstream/rate-limit/call-counter.ts'
import type { CallCounters } from '../../upstream/rate-limit/call-counters.ts'
import { Refusal } from '../http/refusal.ts'
import { AddressCounters } from './address-counters.ts'
import { type CallerCounter, CallerCounters } from './caller-counters.ts'
import type { CostMode } from './cost-mode.ts'
import { type LimitHeader, setLimitHeaders } from './rate-limit-headers.ts'

const [minute, hour] = [60_000, 3_600_000]

/** A minute's cost is counted in so many parts, since the call counters count whole calls. */
const partsOfCost = 100

/** The reason why an operation has to wait, and for how long. */
export interface TooDear {
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The use that callers make of their own limits, counted like the calls to vendors: in sliding windows, together with other
 * instances if they share a Redis. Callers without limits cost nothing.
 */
export class CallerLimits implements Disposable {
  readonly #counters: CallerCounters
  readonly #addresses = new AddressCounters()
  readonly #log: Pick<Log, 'warn'>
  #hasWarnedOfProxy = false

  constructor(counters: CallCounters, log: Pick<Log, 'warn'> = silentLog) {
    this.#counters = new CallerCounters(counters)
    this.#log = log
  }

  /** Counts a request, and writes what is left into the headers of its response. Rejects with a Refusal of status 429. */
  async enter(
    { id, limits }: Caller,
    { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
    response: ServerResponse,
  ): Promise<void> {
    if (!limits) return
    const { requestsPerMinute: requests, costPerMinute: cost, requestsPerMinuteOfAddress: ofAddress } = limits
    const limitHeaders: LimitHeader[] = []
    if (cost !== undefined) limitHeaders.push(this.#costLeft(id, cost))
    try {
      // First, so that a flood from one address is refused before it uses up the limit of all.
      if (ofAddress !== undefined) {
        this.#warnOfProxy(headers)
        const counter = this.#addresses.counterOf(socket.remoteAddress, ofAddress)
        await admit(counter, { name: 'address', requests: ofAddress, who: 'Your address' }, limitHeaders)
      }
      if (requests === undefined) return
      const { counter } = this.#counters.counterOf(id, 'requests', requests, minute)
      await admit(counter, { name: 'minute', requests, who: whoOf(id) }, limitHeaders)
    } finally {
      setLimitHeaders(response, limitHeaders)
    }
  }

  /** Counts an operation's estimated cost, and reports what is left. Returns the reason if the operation has to wait. */
  spend(
    { id, limits }: Caller,
    cost: number,
    response: ServerResponse,
    mode: CostMode,
  ): TooDear | undefined | Promise<TooDear | undefined> {
    const { costPerMinute: limit } = limits ?? {}
    if (limit === undefined) return undefined
    if (mode === 'enforce' && cost > limit) {
      const message = `${whoOf(id)} may spend ${limit} a minute, and the operation is estimated to cost ${cost}: ask for less.`
      // Every 429 has the header. No wait helps here, as the message says.
      return { message, headers: { 'retry-after': '60' } }
    }
    const part = partOf(limit)
    const spent = this.#cost(id, limit)
    const parts = Math.floor((spent.rest + cost) / part)
    const rest = cost - parts * part
    spent.rest += rest
    const taken = Math.min(parts, spent.calls)
    const updateHeaders = () => setLimitHeaders(response, [this.#costLeft(id, limit)])
    // Most operations cost less than a part, and need no asynchronous count.
    if (taken <= 0) {
      updateHeaders()
      return undefined
    }
    return takeParts(spent, taken, mode).then(wait => {
      updateHeaders()
      if (!wait) return undefined
      spent.rest -= rest
      const message = `${whoOf(id)} may spend ${limit} a minute, and the operation is estimated to cost ${cost}, more than is left: ask again later, or for less.`
      return { message, headers: retryAfter(wait) }
    })
  }

  /** Counts calls to a vendor; rejects with CallerLimited once the hour's are used up. Undefined for a caller without that limit. */
  chargeOf({ id, limits }: Caller, provider: ProviderName): Charge | undefined {
    const calls = limits?.upstreamCallsPerHour?.[provider]
    if (calls === undefined) return undefined
    const counter = () => this.#counters.counterOf(id, provider, calls, hour).counter
    const take = async () => {
      const refusal = await counter().take(0)
      if (!refusal) return
      throw new CallerLimited(
        provider,
        'RATE_LIMITED',
        `${whoOf(id)} may make ${counted(calls, 'call')} to ${provider} an hour, and no more are left.`,
        { retryAfterSeconds: secondsOf(refusal) },
      )
    }
    const look = async () => {
      if ((counter().left ?? 0) > 0) return false
      // Only an attempt shows how long to wait, and whether others' calls have left the window.
      await take()
      return true
    }
    return { look, take }
  }

  [Symbol.dispose](): void {
    this.#counters[Symbol.dispose]()
  }

  /** Logged once. Strangers can write these headers themselves, so an address in them cannot be trusted. */
  #warnOfProxy(headers: IncomingHttpHeaders): void {
    if (this.#hasWarnedOfProxy || !(headers.forwarded ?? headers['x-forwarded-for'])) return
    this.#hasWarnedOfProxy = true
    const message =
      'Strangers seem to come from behind a proxy, so that all of them share the limit of one address: set ISOTHERM_ANONYMOUS_ADDRESS_REQUESTS to 0, and limit addresses at the proxy'
    this.#log.warn({}, message)
  }

  #cost(id: string, limit: number): CallerCounter {
    return this.#counters.counterOf(id, 'cost', Math.max(1, Math.floor(limit / partOf(limit))), minute)
  }

  #costLeft(id: string, limit: number): LimitHeader {
    const { counter, calls } = this.#cost(id, limit)
    return { name: 'cost', quota: limit, left: ((counter.left ?? calls) / calls) * limit, wait: minute }
  }
}

/** Begins a sentence: a caller, by its id. */
export function whoOf(id: string): string {
  return id === strangerId ? 'All who show no credential together' : 'This caller'
}

function partOf(limit: number): number {
  return Math.max(1, limit / partsOfCost)
}

/** The error codes of a caller's own limits. */
export const rateLimited = 'RATE_LIMITED'

async function admit(
  counter: Pick<CallCounter, 'take' | 'left'>,
  { name, requests, who }: { readonly name: string; readonly requests: number; readonly who: string },
  limitHeaders: LimitHeader[],
): Promise<void> {
  const refusal = await counter.take(0)
  limitHeaders.push({ name, quota: requests, left: counter.left ?? 0, wait: refusal?.milliseconds ?? minute })
  if (!refusal) return
  const message = `${who} may send ${counted(requests, 'request')} a minute, and no more are left: ask again later.`
  throw new Refusal(429, message, retryAfter(refusal), rateLimited)
}

/**
 * Only an attempt shows what others have used, and whether their calls have left the window. A cost that is only measured may
 * exceed the limit.
 */
async function takeParts(
  { counter }: CallerCounter,
  parts: number,
  mode: CostMode,
): Promise<Wait | undefined> {
  const wait = await counter.take(0, parts)
  if (!wait || mode === 'enforce') return wait
  const room = Math.min(parts, counter.left ?? 0)
  if (room > 0) await counter.take(0, room)
  return undefined
}

function retryAfter(wait: Wait): Readonly<Record<string, string>> {
  return { 'retry-after': String(secondsOf(wait)) }
}

function secondsOf({ milliseconds }: Wait): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}
