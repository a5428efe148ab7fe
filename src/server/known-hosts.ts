import { Refusal } from './refusal.ts'
import type { Target } from './request-target.ts'

export interface KnownHostsOptions {
  /** The address that is listened on. */
  readonly address: string
  /** Where browsers reach the server. */
  readonly publicUrl: URL | undefined
  /** More hosts, with a port where only that one is meant. */
  readonly hosts: readonly string[]
}

/**
 * Throws a Refusal of status 421 at a request for an unknown host. A stranger's page whose name leads to this machine (DNS
 * rebinding) passes every other check, as it then is of the same origin. Without `hosts` every host is known to a server that
 * other machines reach.
 */
export function knownHosts({ address, publicUrl, hosts }: KnownHostsOptions): (target: Target) => void {
  if (!isLoopback(address) && hosts.length === 0) return () => undefined
  const known = new Set(hosts.map(host => normalHost(host)))
  if (publicUrl) known.add(nameOf(publicUrl))
  return ({ host }) => {
    if (host === undefined) return
    const url = new URL(`http://${host}`)
    const name = nameOf(url)
    if (name === 'localhost' || isLoopback(name) || known.has(name) || known.has(normalHost(host))) return
    throw new Refusal(
      421,
      `This server does not answer for ${name}: name the host in ISOTHERM_HOSTS to let it.`,
    )
  }
}

function isLoopback(name: string): boolean {
  return /^(?:127(?:\.\d+){3}|\[?::1\]?)$/.test(name)
}

/** In small letters, without the dot that may end a name. */
function nameOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, '')
}

/** With its port where it names one, 80 included. */
function normalHost(host: string): string {
  const port = /:(\d+)$/.exec(host)?.[1]
  return nameOf(new URL(`http://${host}`)) + (port === undefined ? '' : `:${Number(port)}`)
}
