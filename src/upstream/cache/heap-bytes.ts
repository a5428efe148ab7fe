/** The approximate bytes of a JSON value on V8's heap. Values that it contains twice count once. */
export function heapBytes(value: unknown, seen: Set<object> = new Set()): number {
  if (typeof value === 'string') return header + value.length * (isOneByte.test(value) ? 1 : 2)
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < smallest ? 0 : header
  if (typeof value !== 'object' || value === null || seen.has(value)) return 0
  seen.add(value)
  if (Array.isArray(value)) {
    const bytes = 2 * header + header + slot * value.length
    // V8 stores an array of numbers in this form.
    if (value.every(item => typeof item === 'number')) return bytes
    return value.reduce((sum: number, item) => sum + heapBytes(item, seen), bytes)
  }
  const members: readonly unknown[] = Object.values(value)
  return members.reduce((sum: number, member) => sum + slot + heapBytes(member, seen), header + slot)
}

/** The overhead of a string, an array or a number that is no small integer. */
const header = 16
/** The bytes of a reference, or of a small integer in its place. */
const slot = 8
const smallest = 2 ** 31
const isOneByte = /^[\0-\xff]*$/
