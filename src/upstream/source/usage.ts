/** A call that was planned, and what is left of it. */
interface Plan {
  left: number
  isMade: boolean
}

/** In place of the plan of a question that is served. */
const [servedByCall, servedByOthers]: readonly [Plan, Plan] = [
  { left: 0, isMade: true },
  { left: 0, isMade: false },
]

/**
 * What one request has cost at one provider so far, in calls, and how old its answers are. Once all is answered, what was planned
 * was made, shared or cached; what is missing from that sum was not made, and its fields are errors.
 */
export class Usage {
  /** The calls that it needs where nothing is kept and nobody else asks. */
  planned = 0
  /** The calls that left on its behalf; one that is sent again counts once. */
  made = 0
  /** How often calls were sent again: by a newer token, or for what was answered already and has changed since. */
  repeated = 0
  /** How often a token was asked for on its behalf. */
  tokens = 0
  /** The bytes of the answers to those. */
  bytes = 0
  /** When the oldest part of what was answered came from upstream, in milliseconds since 1970. */
  oldest: number | undefined
  /** Whether a part was kept past its time, as upstream could not be asked. */
  isStale = false
  /** Planned calls all of whose questions were answered, or failed by a call that was made. */
  #served = 0
  readonly #shared = new Set<object>()
  /** The plan of each question that is not served yet. */
  readonly #plans = new Map<string, Plan>()

  /** Planned calls that it was spared, as others had begun a call for what they ask. */
  get shared(): number {
    return Math.min(this.#shared.size, this.#spared)
  }

  /** Planned calls that it was spared by what was kept. */
  get cached(): number {
    return this.#spared - this.shared
  }

  get #spared(): number {
    return Math.max(0, this.#served - this.made)
  }

  /** Whether a question is in the plan already. */
  has(name: string): boolean {
    return this.#plans.has(name)
  }

  /** Puts one call into the plan, by the names of the questions that it answers. */
  plan(names: readonly string[]): void {
    this.planned++
    const plan = { left: names.length, isMade: false }
    for (const name of names) this.#plans.set(name, plan)
  }

  /** Puts a call into the plan that nobody can share. What is answered is to be called when it is made. */
  planAlone(): () => void {
    this.planned++
    return () => {
      this.made++
      this.#served++
    }
  }

  /** A call leaves that answers these questions; one more for what had its call already is beside the plan. */
  noteMade(names: readonly string[]): void {
    let isRepeated = true
    for (const name of names) {
      const plan = this.#plans.get(name)
      if (plan === servedByCall) continue
      isRepeated = false
      if (plan && plan !== servedByOthers) plan.isMade = true
    }
    if (isRepeated) this.repeated++
    else this.made++
  }

  /** A question was answered, or failed by a call that was made. */
  noteServed(name: string): void {
    const plan = this.#plans.get(name)
    if (!plan || plan === servedByCall || plan === servedByOthers) return
    this.#plans.set(name, plan.isMade ? servedByCall : servedByOthers)
    if (--plan.left === 0) this.#served++
  }

  /** A question was answered by a call that another request began. */
  noteShared(call: object): void {
    this.#shared.add(call)
  }

  noteAge(at: number, isStale: boolean): void {
    this.oldest = Math.min(this.oldest ?? at, at)
    this.isStale ||= isStale
  }
}
