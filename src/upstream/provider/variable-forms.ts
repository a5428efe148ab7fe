import { isIP } from 'node:net'
import { z } from 'zod'

/** In seconds: the longest time of any setting. */
export const year = 31_536_000

export function text() {
  return z.string({ error: 'is missing' }).trim()
}

/** One of several words. */
export function choice<const Word extends string>(words: readonly Word[]) {
  return text().pipe(z.enum(words, { error: `must be one of ${words.join(', ')}` }))
}

/** A text that is sent in a header. */
export function key() {
  return text().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'holds a character that no HTTP header may hold')
}

export function integer(minimum: number, maximum: number) {
  const error = `must be a whole number from ${minimum} to ${maximum}`
  return z.coerce
    .number({ error })
    .int({ error, abort: true })
    .min(minimum, { error })
    .max(maximum, { error })
}

/** How many concurrent calls one account may make. */
export function concurrency() {
  return integer(1, 1000).default(8)
}

/** How long a response may be cached. */
export function seconds() {
  return integer(0, year)
}

/** How many calls one request may plan. */
export function maximumCalls() {
  return integer(1, 1_000_000)
}

/** A URL of one of the protocols; plain ones too for any host, since many proxies run on loopback or inside a cluster. */
export function url(protocols: readonly string[]) {
  const error = `must be a URL that starts with ${protocols.map(protocol => `${protocol}//`).join(' or ')}`
  return text().transform((value, context) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined
    if (parsed && protocols.includes(parsed.protocol)) return parsed
    context.addIssue({ code: 'custom', message: error })
    return z.NEVER
  })
}

export function socketUrl() {
  const error = 'must be a URL without a #'
  return url(['wss:', 'ws:']).pipe(z.instanceof(URL).refine(({ href }) => !href.includes('#'), { error }))
}

/** Hosts, or whole origins: an address needs its whole origin, so that nobody allows a private one by mistake. */
export function imageHosts() {
  const error = 'must be a comma-separated list of host names, or of origins such as http://127.0.0.1:4711'
  return list()
    .transform(entries => entries.map(entry => entry.toLowerCase().replace(/\/$/, '')))
    .refine(
      entries => entries.length > 0 && entries.every(entry => isHostName(entry) || isOrigin(entry)),
      error,
    )
}

function isHostName(entry: string): boolean {
  const origin = `https://${entry}`
  return isOrigin(origin) && isIP(new URL(origin).hostname.replace(/[[\]]/g, '')) === 0
}

/** In the form of browsers: nothing after the host and port. */
export function isOrigin(entry: string): boolean {
  return URL.canParse(entry) && new URL(entry).origin === entry
}

export function list() {
  return text().transform(value =>
    value
      .split(',')
      .map(entry => entry.trim())
      .filter(Boolean),
  )
}
