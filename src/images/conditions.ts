import type { IncomingHttpHeaders } from 'node:http'

/** The result of the conditional headers of a GET or HEAD (RFC 9110, 13.2.2). */
export type Verdict = 'GO_ON' | 'NOT_MODIFIED' | 'FAILED'

/**
 * Judges If-Match and If-None-Match against a strong tag; undefined if there is no image yet. Ignores dates, as no
 * image has one (13.1.3, 13.1.4).
 */
export function judgeConditions(headers: IncomingHttpHeaders, etag: string | undefined): Verdict {
  const match = headers['if-match']
  if (match !== undefined && !names(match, etag, isStrongMatch)) return 'FAILED'
  const noneMatch = headers['if-none-match']
  return noneMatch !== undefined && names(noneMatch, etag, isWeakMatch) ? 'NOT_MODIFIED' : 'GO_ON'
}

/**
 * Whether If-Range allows a range (13.1.5). A date or a weak tag does not: neither proves that the bytes are the
 * same.
 */
export function judgeIfRange(headers: IncomingHttpHeaders, etag: string): boolean {
  const value = headers['if-range']
  return value === undefined || value === etag
}

function names(field: string, etag: string | undefined, matches: (tag: string, etag: string) => boolean) {
  if (etag === undefined) return false
  return field.trim() === '*' || (tagsOf(field)?.some(tag => matches(tag, etag)) ?? false)
}

function isStrongMatch(tag: string, etag: string): boolean {
  return tag === etag
}

function isWeakMatch(tag: string, etag: string): boolean {
  return tag.replace(/^W\//, '') === etag
}

/** The tags of a list, which may have empty members. Undefined if it is malformed. */
function tagsOf(field: string): readonly string[] | undefined {
  const tags: string[] = []
  const member = /[ \t]*((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")?[ \t]*(,|$)/y
  while (member.lastIndex < field.length) {
    const found = member.exec(field)
    if (!found) return undefined
    if (found[1] !== undefined) tags.push(found[1])
  }
  return tags
}
