/** Who waits, from the outside in: a caller, and one of its requests. */
export interface Turn {
  readonly caller: object | string
  readonly requester: object
}

/** Serves callers round-robin, each caller's requests round-robin, and each request's items first in first out. */
export class FairQueue<Item> {
  /** In the order of turns; nothing in it is empty. */
  readonly #callers = new Map<object | string, Map<object, Set<Item>>>()

  add({ caller, requester }: Turn, item: Item): void {
    const requests = this.#callers.getOrInsertComputed(caller, () => new Map<object, Set<Item>>())
    requests.getOrInsertComputed(requester, () => new Set()).add(item)
  }

  delete({ caller, requester }: Turn, item: Item): void {
    const requests = this.#callers.get(caller)
    const items = requests?.get(requester)
    items?.delete(item)
    if (items?.size === 0) requests?.delete(requester)
    if (requests?.size === 0) this.#callers.delete(caller)
  }

  /** The item whose turn it is; it stays. The next turn is another caller's, and then another request's. */
  next(): Item | undefined {
    const requests = rotated(this.#callers)
    const items = requests && rotated(requests)
    return items?.values().next().value
  }
}

/** The first value, which becomes the last one. */
function rotated<Key, Value>(map: Map<Key, Value>): Value | undefined {
  const [first] = map
  if (!first) return undefined
  const [key, value] = first
  map.delete(key)
  map.set(key, value)
  return value
}
