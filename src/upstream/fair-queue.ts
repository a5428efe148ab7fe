/** The owner of a queued item, from the outside in: a caller, and one of its requests. */
export interface Turn {
  readonly caller: object | string
  readonly requester: object
}

/** Serves callers round-robin, each caller's requests round-robin, and each request's items first in first out. */
export class FairQueue<Item> {
  /** In the order of turns, without empty members. */
  readonly #callers = new Map<object | string, Map<object, Set<Item>>>()

  /** Each caller's items, oldest first. */
  readonly #items = new Map<object | string, Set<Item>>()

  add({ caller, requester }: Turn, item: Item): void {
    this.#items.getOrInsertComputed(caller, () => new Set()).add(item)
    const requests = this.#callers.getOrInsertComputed(caller, () => new Map<object, Set<Item>>())
    requests.getOrInsertComputed(requester, () => new Set()).add(item)
  }

  delete({ caller, requester }: Turn, item: Item): void {
    const requests = this.#callers.get(caller)
    const items = requests?.get(requester)
    items?.delete(item)
    if (items?.size === 0) requests?.delete(requester)
    if (requests?.size === 0) this.#callers.delete(caller)
    const all = this.#items.get(caller)
    all?.delete(item)
    if (all?.size === 0) this.#items.delete(caller)
  }

  /** The newest item of the caller with the most items, if that has more than this caller would have with one more. */
  newestOfMost(caller: object | string): Item | undefined {
    let most = new Set<Item>()
    for (const items of this.#items.values()) if (items.size > most.size) most = items
    const own = this.#items.get(caller)?.size ?? 0
    return most.size > own + 1 ? [...most].at(-1) : undefined
  }

  /** The item whose turn it is, which stays queued. The next turn is another caller's, and then another request's. */
  next(): Item | undefined {
    const requests = rotated(this.#callers)
    const items = requests && rotated(requests)
    return items?.values().next().value
  }
}

/** Moves the first value to the end, and returns it. */
function rotated<Key, Value>(map: Map<Key, Value>): Value | undefined {
  const [first] = map
  if (!first) return undefined
  const [key, value] = first
  map.delete(key)
  map.set(key, value)
  return value
}
