/** Bytes of an image, both ends included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * Reads a Range header for that many bytes (RFC 9110, 14.2). WHOLE if the header must or may be ignored: another
 * unit, a malformed list, several ranges. UNSATISFIABLE if no range of the list holds a byte.
 */
export function rangeIn(field: string | undefined, size: number): ByteRange | 'WHOLE' | 'UNSATISFIABLE' {
  const [, unit = '', set = ''] = /^([\w!#$%&'*+.^`|~-]+)=(.*)$/.exec(field?.trim() ?? '') ?? []
  if (unit.toLowerCase() !== 'bytes' || size === 0) return 'WHOLE'
  const members = set.split(',').map(member => member.trim())
  const ranges = members.filter(member => member !== '').map(member => boundsOf(member, size))
  if (ranges.length === 0 || ranges.includes('INVALID')) return 'WHOLE'
  const [only, ...others] = ranges.filter(range => typeof range === 'object')
  if (!only) return 'UNSATISFIABLE'
  return others.length > 0 ? 'WHOLE' : only
}

function boundsOf(member: string, size: number): ByteRange | 'INVALID' | 'UNSATISFIABLE' {
  const found = /^(\d*)-(\d*)$/.exec(member)
  const [, first = '', last = ''] = found ?? []
  if (!found || (first === '' && last === '')) return 'INVALID'
  if (first === '') {
    const length = Number(last)
    return length === 0 ? 'UNSATISFIABLE' : { first: Math.max(0, size - length), last: size - 1 }
  }
  if (last !== '' && isLess(last, first)) return 'INVALID'
  if (Number(first) >= size) return 'UNSATISFIABLE'
  return { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}

/** Exact for any number of digits. */
function isLess(one: string, other: string): boolean {
  return BigInt(one) < BigInt(other)
}
