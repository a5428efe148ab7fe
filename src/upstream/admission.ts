import { BadInput } from './bad-input.ts'
import type { ProviderName } from './error.ts'

/** A call as a plan tells it: its route, and what is asked. */
export interface PlannedCall {
  readonly route: string
  readonly [detail: string]: unknown
}

/** What a question rejects with in a request that asks for its plan alone. */
export class NotMade extends Error {
  override readonly name = 'NotMade'
}

/**
 * Lets one request's calls through. What is planned in one turn of the event loop is let through or refused as one, so
 * that a request that needs too many is refused before any; what depends on an answer is counted once that is there.
 */
export class Admission {
  /** The calls planned so far, while the request asks for its plan alone. */
  readonly plan = new Map<ProviderName, PlannedCall[]>()
  readonly isPlanOnly: boolean
  readonly #counts = new Map<ProviderName, { planned: number; readonly maximum: number }>()
  #turn: Promise<void> | undefined

  constructor(isPlanOnly: boolean) {
    this.isPlanOnly = isPlanOnly
  }

  /** Resolves when the calls may be made; rejects with BadInput when the request needs too many, and with NotMade in a plan. */
  async admit(provider: ProviderName, calls: readonly PlannedCall[], maximum: number): Promise<void> {
    const count = this.#counts.getOrInsertComputed(provider, () => ({ planned: 0, maximum }))
    count.planned += calls.length
    if (this.isPlanOnly) this.plan.getOrInsertComputed(provider, () => []).push(...calls)
    await this.#turnOver()
    for (const [name, { planned, maximum }] of this.#counts) {
      if (planned > maximum) throw tooMany(name, planned, maximum)
    }
    if (this.isPlanOnly) throw new NotMade('Not asked: the request asks for its plan alone.')
  }

  #turnOver(): Promise<void> {
    this.#turn ??= new Promise(resolve => {
      setImmediate(() => {
        this.#turn = undefined
        resolve()
      })
    })
    return this.#turn
  }
}

function tooMany(provider: ProviderName, planned: number, maximum: number): BadInput {
  const variable = `${provider.toUpperCase().replace('-', '_')}_MAX_CALLS`
  return new BadInput(
    `The request would need ${planned} calls to ${provider}, and ${maximum} are allowed (${variable}): ask for fewer things or a shorter range.`,
  )
}
