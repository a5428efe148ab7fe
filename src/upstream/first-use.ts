/**
 * Loads something on its first use, once for all who ask for it meanwhile, and keeps it. After a failure the next use tries
 * again.
 */
export function onFirstUse<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loaded: Promise<Value> | undefined
  return () => {
    loaded ??= load().catch(error => {
      loaded = undefined
      throw error
    })
    return loaded
  }
}
