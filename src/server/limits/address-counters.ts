import { LRUCache } from 'lru-cache'
import { type CallCounter, openLocalCallCounter } from '../../upstream/rate-limit/call-counter.ts'
import { systemClock } from '../../upstream/rate-limit/quota-period.ts'

const minute = 60_000

/** The most remembered addresses; a forgotten one starts from zero. */
const mostAddresses = 10_000

/** Counts the requests of each address, in this process: addresses are personal data, so Redis does not get them. */
export class AddressCounters {
  readonly #open = new LRUCache<string, CallCounter>({
    max: mostAddresses,
    ttl: minute,
    ttlResolution: 1000,
    updateAgeOnGet: true,
  })

  /** Undefined for a client that has left. */
  counterOf(address: string | undefined, requestsPerMinute: number): CallCounter {
    const name = `${requestsPerMinute} ${networkOf(address ?? '')}`
    const known = this.#open.get(name)
    if (known) return known
    const windows = [{ calls: requestsPerMinute, milliseconds: minute }]
    const counter = openLocalCallCounter({ windows }, systemClock)
    this.#open.set(name, counter)
    return counter
  }
}

/** An IPv4 address, or the first 64 bits of an IPv6 address, which identify a household's or a company's network. */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [first = '', last] = address.replace(/%.*/, '').split('::')
  const groups = first.split(':').filter(Boolean)
  const left = 8 - groups.length - (last?.split(':').filter(Boolean).length ?? 0)
  const zeros = last === undefined ? [] : new Array<string>(Math.max(0, left)).fill('0')
  const network = [...groups, ...zeros, ...(last?.split(':') ?? [])].slice(0, 4)
  return network.map(group => Number.parseInt(group, 16).toString(16)).join(':')
}
