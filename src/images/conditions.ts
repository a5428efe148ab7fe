import type { IncomingHttpHeaders } from 'node:http'

/** What the conditions of a GET or HEAD ask for (RFC 9110, 13.2.2). */
export type Verdict = 'GO_ON' | 'NOT_MODIFIED' | 'FAILED'

/**
 * The verdict on what has that strong tag; undefined where there is nothing yet. Dates are ignored, as no image has one
 * (13.1.3, 13.1.4).
 */
export function judgeConditions(headers: IncomingHttpHeaders, etag: string | undefined): Verdict {
  const match = headers['if-match']
  if (match !== undefined && !names(match, etag, isStrongMatch)) return 'FAILED'
  const noneMatch = headers['if-none-match']
  return noneMatch !== undefined && names(noneMatch, etag, isWeakMatch) ? 'NOT_MODIFIED' : 'GO_ON'
}

/** Whether a range may be served although what it continues was read before (13.1.5): a date or a weak tag cannot tell. */
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

/** The tags of a list, whose members may be empty; undefined for what is no list of tags. */
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
