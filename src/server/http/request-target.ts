import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'
import { remembered } from './remembered.ts'

/** The target of a request (RFC 9112, section 3.2). */
export interface Target {
  /** As sent; `*` stands for the whole server. */
  readonly path: string
  /** What follows the `?`, as sent; empty without one. */
  readonly query: string
  /** A name or address, with a port if there is one. Undefined if none is given. */
  readonly host: string | undefined
  /** Whether the target contains the host, as in a request to a proxy. Browsers send no such request to a server. */
  readonly isAbsolute: boolean
}

/** Throws a Refusal of status 400 for a malformed target or host. */
export function readTarget({ method, url = '', httpVersion, rawHeaders, headers }: IncomingMessage): Target {
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) {
    const { host } = headers
    if (host === '' || (host === undefined && httpVersion === '1.0'))
      return { ...split(url), host: undefined, isAbsolute: false }
    if (!isHost(host) || countOf(rawHeaders, 'host') > 1) throw new Refusal(400, badHost)
    return { ...split(url), host, isAbsolute: false }
  }
  const [, host, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? []
  if (!isHost(host)) throw new Refusal(400, 'This is no target of a request.')
  if (headers.host === undefined && httpVersion !== '1.0') throw new Refusal(400, badHost)
  return { ...split(rest.startsWith('/') ? rest : `/${rest}`), host, isAbsolute: true }
}

const badHost = 'The header host must name one host, and a port from 0 to 65535 where it names one.'

/** A name, an IPv4 address or a bracketed IPv6 address, with or without a port, but without a user. */
export function isHost(text: string | undefined): text is string {
  return text !== undefined && isWellFormed(text)
}

const isWellFormed = remembered(
  text => /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i.test(text) && URL.canParse(`http://${text}`),
)

function split(target: string) {
  const end = target.indexOf('?')
  return end < 0 ? { path: target, query: '' } : { path: target.slice(0, end), query: target.slice(end + 1) }
}

function countOf(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length
}
