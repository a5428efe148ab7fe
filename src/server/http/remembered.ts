const mostTexts = 100
const longestText = 200

/**
 * Remembers the results of a function for short texts that come again and again, such as headers. The function must not depend on
 * anything else. Errors that it throws are not remembered.
 */
export function remembered<Value>(find: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, { readonly value: Value }>()
  return text => {
    const found = known.get(text)
    if (found) return found.value
    const value = find(text)
    if (known.size >= mostTexts) known.clear()
    if (text.length <= longestText) known.set(text, { value })
    return value
  }
}
