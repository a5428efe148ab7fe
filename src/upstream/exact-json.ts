/**
 * Parses JSON, with integers that a double cannot hold as text: ids have them. JSON.parse is many times slower with a reviver, so
 * only a text with a long number gets one.
 */
export function readExactJson(text: string): unknown {
  return hasLongNumber(text) ? JSON.parse(text, exactInteger) : JSON.parse(text)
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

/** Keeps integers that a double cannot hold as text. */
function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value
  return /^-?\d+$/.test(context.source) ? context.source : value
}
