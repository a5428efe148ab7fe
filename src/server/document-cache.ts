import { createLRUCache } from 'graphql-yoga'

/** Once parsed, a text takes some forty times its length: what is longer is parsed again each time. */
const longestText = 10_000
const mostTexts = 200

/** What was made of the latest texts, by text; bounded in bytes, as each of them is. */
export function documentCache<Value extends object>() {
  const cached = createLRUCache<Value>({ max: mostTexts })
  return {
    get: (text: string) => cached.get(text),
    set(text: string, value: Value) {
      if (text.length <= longestText) cached.set(text, value)
    },
  }
}
