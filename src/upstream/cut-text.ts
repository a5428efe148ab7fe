/**
 * The text with its middle left out where it is longer than `most` characters. No surrogate pair is cut in two, and a half that
 * stands by itself becomes U+FFFD.
 */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text.toWellFormed()
  const tail = Math.floor(most / 3)
  const head = most - tail - 1
  const start = isLow(text, head) ? head - 1 : head
  const end = isLow(text, text.length - tail) ? text.length - tail + 1 : text.length - tail
  return `${text.slice(0, start)}…${text.slice(end)}`.toWellFormed()
}

/** Whether the second half of a pair stands there. */
function isLow(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code >= 0xdc00 && code <= 0xdfff
}
