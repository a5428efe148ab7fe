/** What one request has cost at one provider so far, in calls, and how old its answers are. */
export class Usage {
  planned = 0
  made = 0
  /** Planned calls that kept answers stood in for. */
  cached = 0
  bytes = 0
  /** When the oldest part of what was answered came from upstream, in milliseconds since 1970. */
  oldest: number | undefined
  /** Whether a part was kept past its time, as upstream could not be asked. */
  isStale = false
  readonly #shared = new Set<object>()
  readonly #plans = new Map<string, { left: number }>()

  /** Calls that others began and this request waited for. */
  get shared(): number {
    return this.#shared.size
  }

  /** Whether a question is in the plan already. */
  has(name: string): boolean {
    return this.#plans.has(name)
  }

  /** Puts one call into the plan, by the names of the questions that it answers. */
  plan(names: readonly string[]): void {
    this.planned++
    const plan = { left: names.length }
    for (const name of names) this.#plans.set(name, plan)
  }

  /** A question was answered by what was kept. */
  noteKept(name: string): void {
    const plan = this.#plans.get(name)
    if (plan && --plan.left === 0) this.cached++
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
