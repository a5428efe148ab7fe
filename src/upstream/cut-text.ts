/**
 * Leaves out the middle of a text that is longer than `most` characters. It never splits a surrogate pair, and replaces a
 * lone surrogate by U+FFFD.
 */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text.toWellFormed()
  const tail = Math.floor(most / 3)
  const head = most - tail - 1
  const start = isLow(text, head) ? head - 1 : head
  const end = isLow(text, text.length - tail) ? text.length - tail + 1 : text.length - tail
  return `${text.slice(0, start)}…${text.slice(end)}`.toWellFormed()
}

/** Whether the second half of a surrogate pair is there. */
function isLow(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code >= 0xdc00 && code <= 0xdfff
}
