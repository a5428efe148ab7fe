import { z } from 'zod'
import type { AskGraph } from './ask-graph.ts'

const Extensions = z
  .object({
    upstream: z
      .record(z.string(), z.object({ planned: z.number(), made: z.number(), cached: z.number() }))
      .default({}),
    freshness: z.record(z.string(), z.object({ ageSeconds: z.number(), stale: z.boolean() })).default({}),
    sandbox: z.array(z.string()).default([]),
    plan: z.record(z.string(), z.array(z.unknown())).default({}),
  })
  .prefault({})

/** The result of a whole export. */
export interface Verdict {
  /** Whether no row is missing. */
  readonly complete: boolean
  readonly rows: number
  /** Questions that failed, each with its own error. */
  readonly failed: number
  /** The oldest data of each vendor; `stale` if it is past its TTL because the vendor was down. */
  readonly age: Readonly<Record<string, { readonly ageSeconds: number; readonly stale: boolean }>>
  readonly calls: Readonly<
    Record<string, { readonly planned: number; readonly made: number; readonly cached: number }>
  >
  /** The vendors whose data is made up. */
  readonly sandbox?: readonly string[]
}

/** Counts what an export asks and gets. */
export class Tally {
  rows = 0
  failed = 0
  readonly #ages = new Map<string, { ageSeconds: number; stale: boolean }>()
  readonly #calls = new Map<string, { planned: number; made: number; cached: number }>()
  readonly #sandbox = new Set<string>()

  /** Asks as before, and counts the costs. */
  counting(ask: AskGraph): AskGraph {
    return async (...asked) => {
      const result = await ask(...asked)
      this.#add(Extensions.parse(result.extensions))
      return result
    }
  }

  /** Calls made so far, and calls that dry runs planned. */
  get calls(): Verdict['calls'] {
    return Object.fromEntries(this.#calls)
  }

  /** For all vendors together; results report the calls of a tally as done. */
  get planned(): number {
    return [...this.#calls.values()].reduce((sum, { planned }) => sum + planned, 0)
  }

  get verdict(): Verdict {
    const { rows, failed } = this
    const verdict = {
      complete: failed === 0,
      rows,
      failed,
      age: Object.fromEntries(this.#ages),
      calls: this.calls,
    }
    return this.#sandbox.size > 0 ? { ...verdict, sandbox: [...this.#sandbox] } : verdict
  }

  #add({ upstream, freshness, sandbox, plan }: z.infer<typeof Extensions>): void {
    for (const [provider, { planned, made, cached }] of Object.entries(upstream))
      this.#count(provider, planned, made, cached)
    for (const [provider, calls] of Object.entries(plan)) this.#count(provider, calls.length, 0, 0)
    for (const [provider, { ageSeconds, stale }] of Object.entries(freshness)) {
      const age = this.#ages.getOrInsertComputed(provider, () => ({ ageSeconds: 0, stale: false }))
      age.ageSeconds = Math.max(age.ageSeconds, ageSeconds)
      age.stale ||= stale
    }
    for (const provider of sandbox) this.#sandbox.add(provider)
  }

  #count(provider: string, planned: number, made: number, cached: number): void {
    const sum = this.#calls.getOrInsertComputed(provider, () => ({ planned: 0, made: 0, cached: 0 }))
    sum.planned += planned
    sum.made += made
    sum.cached += cached
  }
}
