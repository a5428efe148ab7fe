/**
 * Parses JSON; integers that a double cannot hold become texts, since ids may be so long. JSON.parse with a reviver would be many
 * times slower.
 */
export function readExactJson(text: string): unknown {
  return JSON.parse(hasLongNumber(text) ? text.replace(tokens, exactToken) : text)
}

/** Whether there are sixteen digits in a row. One of them is at a multiple of sixteen, so only those are checked first. */
function hasLongNumber(text: string): boolean {
  for (let index = 0; index < text.length; index += 16) {
    if (!isDigit(text, index)) continue
    let [first, last] = [index, index]
    while (isDigit(text, first - 1)) first--
    while (isDigit(text, last + 1)) last++
    if (last - first >= 15) return true
  }
  return false
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code >= 48 && code <= 57
}

/**
 * A text, or sixteen or more characters of a number, with the colon after them if there is one: that is no JSON. A text without
 * an end matches too: otherwise each of its characters would be tried in turn.
 */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"?|[-+.\dEe]{16,}(?:\s*:)?/gs

/** Quotes an integer that a double cannot hold. */
function exactToken(token: string): string {
  const isInexact = /^-?[1-9]\d*$/.test(token) && !Number.isSafeInteger(Number(token))
  return isInexact ? `"${token}"` : token
}
