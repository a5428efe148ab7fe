import { isIPv6 } from 'node:net'

/** An address and its port in the form of URLs. */
export function authorityOf(address: string, port: number): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`
}

/** A server that listens on all addresses is reached at this machine's own. */
const own: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** The origin by which the same machine reaches a server that listens there. */
export function originAt(host: string, port: number): string {
  return `http://${authorityOf(own.get(host) ?? host, port)}`
}
