import { createLRUCache } from 'graphql-yoga'

/** A parsed document takes about forty times the length of its text, so longer texts are parsed each time. */
const longestText = 10_000
const mostTexts = 200

/** Keeps a value for each of the latest texts. Bounded in bytes, as number and length are. */
export function documentCache<Value extends object>() {
  const cached = createLRUCache<Value>({ max: mostTexts })
  return {
    get: (text: string) => cached.get(text),
    set(text: string, value: Value) {
      if (text.length <= longestText) cached.set(text, value)
    },
  }
}
