import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The proxies of a network, from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Their URLs may hold passwords. */
export interface Proxies {
  /** For https and wss. */
  readonly secure?: URL | undefined
  /** For http and ws. */
  readonly plain?: URL | undefined
  /**
   * Hosts without a proxy: names with all names below them, addresses, ranges (10.0.0.0/8), each with or without a port; or `*`.
   */
  readonly except: readonly string[]
}

/** The proxy for a URL; undefined for a direct connection, as always to this machine. */
export function proxyFor({ protocol, hostname, port }: URL, proxies: Proxies | undefined): URL | undefined {
  const isSecure = protocol === 'https:' || protocol === 'wss:'
  const proxy = isSecure ? proxies?.secure : proxies?.plain
  if (!proxy) return undefined
  const host = plainHost(hostname)
  const target = { host, port: port || (isSecure ? '443' : '80') }
  return isLoopback(host) || proxies?.except.some(entry => covers(entry, target)) ? undefined : proxy
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  return isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback'
}

interface Target {
  readonly host: string
  readonly port: string
}

function covers(entry: string, { host, port }: Target): boolean {
  if (entry === '*') return true
  const [, bracketed, bare = entry, own] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? []
  if (own !== undefined && own !== port) return false
  const name = plainHost(bracketed ?? bare).replace(/^\*?\./, '')
  if (isIP(host) !== 0) return coversAddress(name, host)
  return name !== '' && (host === name || host.endsWith(`.${name}`))
}

function coversAddress(range: string, host: string): boolean {
  const address = ipaddr.process(host)
  if (ipaddr.isValid(range)) return ipaddr.process(range).toString() === address.toString()
  if (!ipaddr.isValidCIDR(range)) return false
  const [network, bits] = ipaddr.parseCIDR(range)
  return network.kind() === address.kind() && address.match(network, bits)
}

/** In lower case, without the brackets of an IPv6 address or the dot of the root. */
function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}
