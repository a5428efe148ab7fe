import { isIPv6 } from 'node:net'

/** An address and its port as a URL has them. */
export function authorityOf(address: string, port: number): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`
}

/** Who listens on all addresses is reached at this machine's own. */
const own: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** Where a server that listens there is asked from the same machine. */
export function originAt(host: string, port: number): string {
  return `http://${authorityOf(own.get(host) ?? host, port)}`
}
