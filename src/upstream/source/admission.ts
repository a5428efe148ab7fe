import { BadInput } from '../bad-input.ts'
import type { ProviderName } from '../error.ts'
import { Pauses } from './pauses.ts'

/** A call as a plan tells it: its route, and what is asked. */
export interface PlannedCall {
  readonly route: string
  readonly [detail: string]: unknown
}

/** What a question rejects with in a request that asks for its plan alone. */
export class NotMade extends Error {
  override readonly name = 'NotMade'
}

/** What a question rejects with in a request that needs more calls than are allowed; the same one for all of them. */
export class TooManyCalls extends BadInput {
  constructor(provider: ProviderName, planned: number, maximum: number) {
    const variable = `${provider.toUpperCase().replace('-', '_')}_MAX_CALLS`
    super(
      `The request would need ${planned} calls to ${provider}, and ${maximum} are allowed (${variable}): ask for fewer things or a shorter range.`,
    )
  }
}

/**
 * Lets one request's calls through. What is planned in one turn of the event loop, and in those that its work pauses for, is let
 * through or refused as one, so that a request that needs too many is refused before any; what depends on an answer is counted
 * once that is there.
 */
export class Admission {
  /** The calls planned so far, while the request asks for its plan alone. */
  readonly plan = new Map<ProviderName, PlannedCall[]>()
  readonly isPlanOnly: boolean
  readonly pauses: Pauses
  readonly #counts = new Map<ProviderName, { planned: number; readonly maximum: number }>()
  #turn: Promise<void> | undefined
  #refusal: TooManyCalls | undefined

  constructor(isPlanOnly: boolean, pauses = new Pauses(() => never)) {
    this.isPlanOnly = isPlanOnly
    this.pauses = pauses
  }

  /** Resolves when the calls may be made; rejects with TooManyCalls when the request needs too many, and with NotMade in a plan. */
  async admit(provider: ProviderName, calls: readonly PlannedCall[], maximum: number): Promise<void> {
    const count = this.#counts.getOrInsertComputed(provider, () => ({ planned: 0, maximum }))
    count.planned += calls.length
    if (this.isPlanOnly) this.plan.getOrInsertComputed(provider, () => []).push(...calls)
    await this.#turnOver()
    for (const [name, { planned, maximum }] of this.#counts) {
      if (planned > maximum) this.#refusal ??= new TooManyCalls(name, planned, maximum)
    }
    if (this.#refusal) throw this.#refusal
    if (this.isPlanOnly) throw new NotMade('Not asked: the request asks for its plan alone.')
  }

  #turnOver(): Promise<void> {
    this.#turn ??= new Promise(resolve => {
      setImmediate(() => {
        this.pauses.gather(() => {
          this.#turn = undefined
          resolve()
        })
      })
    })
    return this.#turn
  }
}

/** Nobody leaves. */
const never = new AbortController().signal
