import type { DocumentNode } from 'graphql'

/** Remembers what a function found in a document as long as that is in memory. The function must not depend on anything else. */
export function rememberedByDocument<Value>(
  find: (document: DocumentNode) => Value,
): (document: DocumentNode) => Value {
  const found = new WeakMap<DocumentNode, { readonly value: Value }>()
  return document => found.getOrInsertComputed(document, () => ({ value: find(document) })).value
}
