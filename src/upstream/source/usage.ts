/** A call that was planned, and what is left of it. */
interface Plan {
  left: number
  isMade: boolean
}

/** The name of a key in a request's costs: in groups, so that a great many keys need no long names of their own. */
export interface PlannedName {
  readonly group: string
  /** Equal for equal keys of a group. */
  readonly item: string
}

/** Replace the plan of a key that is served. */
const [servedByCall, servedByOthers]: readonly [Plan, Plan] = [
  { left: 0, isMade: true },
  { left: 0, isMade: false },
]

/**
 * One request's costs at one provider so far, in calls, and the age of its data. At the end each planned call was made, shared or
 * cached. Calls missing from that sum were not made, and their fields are errors.
 */
export class Usage {
  /** The calls needed with a cold cache and no other requests. */
  planned = 0
  /** The calls made for it; repeated calls count once. */
  made = 0
  /** How often calls were repeated: with a newer token, or because data changed. */
  repeated = 0
  /** How often a token was fetched for it. */
  tokens = 0
  /** The bytes of the responses to its calls. */
  bytes = 0
  /** When its oldest data was loaded, in milliseconds since 1970. */
  oldest: number | undefined
  /** Until when the cache returns all of its data, in milliseconds since 1970. */
  freshUntil = Number.POSITIVE_INFINITY
  /** Whether some data is past its TTL, because upstream was down. */
  isStale = false
  /** Whether a mutation may change some of its data at any moment. */
  isChangeable = false
  /** Planned calls whose keys were all loaded, or failed by a call that was made. */
  #served = 0
  readonly #shared = new Set<object>()
  readonly #absorbed = { shared: 0, cached: 0 }
  /** The plan of each key, by its group and item; undefined until its call is planned. */
  readonly #plans = new Map<string, Map<string, Plan | undefined>>()

  /** Planned calls that other requests made. */
  get shared(): number {
    return this.#absorbed.shared + this.#ownShared
  }

  /** Planned calls that the cache made unnecessary. */
  get cached(): number {
    return this.#absorbed.cached + this.#spared - this.#ownShared
  }

  get #ownShared(): number {
    return Math.min(this.#shared.size, this.#spared)
  }

  get #spared(): number {
    return Math.max(0, this.#served - this.made)
  }

  /** Adds a key whose call is planned next. False if it is there already. */
  add(group: string, item: string): boolean {
    const plans = this.#plansOf(group)
    if (plans.has(item)) return false
    plans.set(item, undefined)
    return true
  }

  /** Plans one call for so many keys. Call the returned function for each. */
  plan(keys: number): (group: string, item: string) => void {
    this.planned++
    const plan = { left: keys, isMade: false }
    return (group, item) => void this.#plansOf(group).set(item, plan)
  }

  /** Plans a call that nobody can share. Call the returned function when it is made. */
  planAlone(): () => void {
    this.planned++
    return () => {
      this.made++
      this.#served++
    }
  }

  /** Counts a call for these keys. Another call for the same keys is a repetition. */
  noteMade(names: readonly PlannedName[]): void {
    let isRepeated = true
    for (const { group, item } of names) {
      const plan = this.#plans.get(group)?.get(item)
      if (plan === servedByCall) continue
      isRepeated = false
      if (plan && plan !== servedByOthers) plan.isMade = true
    }
    if (isRepeated) this.repeated++
    else this.made++
  }

  /** Counts a key that was loaded, or failed by a call that was made. */
  noteServed(group: string, item: string): void {
    const plans = this.#plansOf(group)
    const plan = plans.get(item)
    if (!plan || plan === servedByCall || plan === servedByOthers) return
    plans.set(item, plan.isMade ? servedByCall : servedByOthers)
    if (--plan.left === 0) this.#served++
  }

  /** Counts a call that another request began. */
  noteShared(call: object): void {
    this.#shared.add(call)
  }

  /** `until` is when the cache stops returning it; by default it did not come from the cache. */
  noteAge(at: number, isStale: boolean, until = at): void {
    this.oldest = Math.min(this.oldest ?? at, at)
    this.freshUntil = Math.min(this.freshUntil, until)
    this.isStale ||= isStale
  }

  #plansOf(group: string): Map<string, Plan | undefined> {
    return this.#plans.getOrInsertComputed(group, () => new Map())
  }

  /** Adds the costs so far of a part of the same request, without its keys. */
  absorb(part: Usage): void {
    this.planned += part.planned
    this.made += part.made
    this.#served += part.made
    this.repeated += part.repeated
    this.tokens += part.tokens
    this.bytes += part.bytes
    this.#absorbed.shared += part.shared
    this.#absorbed.cached += part.cached
    this.isChangeable ||= part.isChangeable
    if (part.oldest !== undefined) this.noteAge(part.oldest, part.isStale)
  }
}
