import type { ServerResponse } from 'node:http'

/** The state of one limit. */
export interface LimitHeader {
  readonly name: string
  /** In a minute. */
  readonly quota: number
  readonly left: number
  /** In milliseconds, until more becomes free. */
  readonly wait: number
}

/** As printed, in the order of their first appearance. */
const written = new WeakMap<
  ServerResponse,
  Map<string, { readonly policy: string; readonly state: string }>
>()

/**
 * Writes limits into the headers of the IETF's draft on rate limits (version 11), or updates them there; does nothing once the
 * headers are sent.
 */
export function setLimitHeaders(response: ServerResponse, limits: readonly LimitHeader[]): void {
  if (limits.length === 0 || response.headersSent) return
  const all = written.getOrInsertComputed(response, () => new Map())
  const known = all.size
  for (const { name, quota, left, wait } of limits)
    all.set(name, {
      policy: `"${name}";q=${quota};w=60`,
      state: `"${name}";r=${Math.floor(left)};t=${Math.ceil(wait / 1000)}`,
    })
  // A limit does not change during a request.
  if (all.size > known) response.setHeader('ratelimit-policy', listOf(all.values(), 'policy'))
  response.setHeader('ratelimit', listOf(all.values(), 'state'))
}

function listOf<Part extends string>(limits: Iterable<Readonly<Record<Part, string>>>, part: Part): string {
  let list = ''
  for (const limit of limits) list += list === '' ? limit[part] : `, ${limit[part]}`
  return list
}
