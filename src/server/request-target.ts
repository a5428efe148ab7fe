import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

/** Where a request goes, in its own words (RFC 9112, section 3.2). */
export interface Target {
  /** As it was sent; `*` for the server as a whole. */
  readonly path: string
  /** Behind the `?`, as it was sent; empty without one. */
  readonly query: string
  /** Name or address, and port where one is given; undefined where none is named. */
  readonly host: string | undefined
  /** Whether the target names the host itself, as a request to a proxy does. A browser sends such a request to no server. */
  readonly isAbsolute: boolean
}

/** Throws a Refusal of status 400 at a target or a host that is none. */
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
  return { ...split(rest.startsWith('/') ? rest : `/${rest}`), host, isAbsolute: true }
}

const badHost = 'The header host must name one host, and a port from 0 to 65535 where it names one.'

/** Without a user: a name, an IPv4 address or an IPv6 address in brackets, and a port where there is one. */
export function isHost(text: string | undefined): text is string {
  return (
    text !== undefined &&
    /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i.test(text) &&
    URL.canParse(`http://${text}`)
  )
}

function split(target: string) {
  const end = target.indexOf('?')
  return end < 0 ? { path: target, query: '' } : { path: target.slice(0, end), query: target.slice(end + 1) }
}

function countOf(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length
}
