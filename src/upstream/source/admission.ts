import { BadInput } from '../bad-input.ts'
import { counted } from '../counted.ts'
import type { ProviderName } from '../error.ts'
import { Pauses } from './pauses.ts'

/** A call in a dry run: its route and parameters. */
export interface PlannedCall {
  readonly route: string
  readonly [detail: string]: unknown
}

/** Thrown for every upstream call of a dry run. */
export class NotMade extends Error {
  override readonly name = 'NotMade'
}

/** Thrown for every upstream call of a request that needs more calls than allowed. */
export class TooManyCalls extends BadInput {
  constructor(provider: ProviderName, planned: number, maximum: number) {
    const variable = `${provider.toUpperCase().replace('-', '_')}_MAX_CALLS`
    super(
      `The request would need ${counted(planned, 'call')} to ${provider}, and ${maximum} are allowed (${variable}): ask for fewer things or a shorter range.`,
    )
  }
}

/**
 * Admits one request's calls. All calls planned in one turn of the event loop, including its pauses, are admitted or refused
 * together, so that a request that needs too many is refused before the first. Calls that depend on a response count later.
 */
export class Admission {
  /** The calls planned so far in a dry run. */
  readonly plan = new Map<ProviderName, PlannedCall[]>()
  readonly isDryRun: boolean
  readonly pauses: Pauses
  readonly #counts = new Map<ProviderName, { planned: number; readonly maximum: number }>()
  #turn: Promise<void> | undefined
  #refusal: TooManyCalls | undefined

  constructor(isDryRun: boolean, pauses = new Pauses(() => never)) {
    this.isDryRun = isDryRun
    this.pauses = pauses
  }

  /** Resolves when the calls may be made. Rejects with TooManyCalls if the request needs too many, with NotMade in a dry run. */
  async admit(provider: ProviderName, calls: readonly PlannedCall[], maximum: number): Promise<void> {
    const count = this.#counts.getOrInsertComputed(provider, () => ({ planned: 0, maximum }))
    count.planned += calls.length
    if (this.isDryRun) this.plan.getOrInsertComputed(provider, () => []).push(...calls)
    await this.#turnOver()
    for (const [name, { planned, maximum }] of this.#counts) {
      if (planned > maximum) this.#refusal ??= new TooManyCalls(name, planned, maximum)
    }
    if (this.#refusal) throw this.#refusal
    if (this.isDryRun) throw new NotMade('Not asked: this is a dry run.')
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

/** Never aborts. */
const never = new AbortController().signal
