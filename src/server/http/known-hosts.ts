import { Refusal } from './refusal.ts'
import { remembered } from './remembered.ts'
import type { Target } from './request-target.ts'

export interface KnownHostsOptions {
  /** The address the server listens on. */
  readonly address: string
  /** The URL of this server for browsers. */
  readonly publicUrl: URL | undefined
  /** Further hosts. With a port, only that port is known. */
  readonly hosts: readonly string[]
}

/**
 * Throws a Refusal of status 421 for an unknown host. This stops DNS rebinding: a page whose name resolves to this
 * machine passes every other check, as it has the same origin. A server that other machines reach knows every host
 * unless `hosts` lists some.
 */
export function knownHosts({ address, publicUrl, hosts }: KnownHostsOptions): (target: Target) => void {
  if (!isLoopback(address) && hosts.length === 0) return () => undefined
  const known = new Set(hosts.map(host => normalHost(host)))
  if (publicUrl) known.add(nameOf(publicUrl))
  const isKnown = remembered(host => {
    const name = nameOf(new URL(`http://${host}`))
    return name === 'localhost' || isLoopback(name) || known.has(name) || known.has(normalHost(host))
  })
  return ({ host }) => {
    if (host === undefined || isKnown(host)) return
    const name = nameOf(new URL(`http://${host}`))
    throw new Refusal(
      421,
      `This server does not answer for ${name}: name the host in ISOTHERM_HOSTS to let it.`,
    )
  }
}

/** Whether an address, or a URL's host, is this machine's own loopback. */
export function isLoopback(name: string): boolean {
  return /^(?:127(?:\.\d+){3}|\[?::1\]?)$/.test(name)
}

/** In lower case, without a trailing dot. */
function nameOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, '')
}

/** Keeps an explicit port, even 80. */
function normalHost(host: string): string {
  const port = /:(\d+)$/.exec(host)?.[1]
  return nameOf(new URL(`http://${host}`)) + (port === undefined ? '' : `:${Number(port)}`)
}
