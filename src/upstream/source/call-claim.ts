import type { LeaseResult, Leases, OthersLeases } from '../cache/leases.ts'

/** Thrown in place of a call that another instance makes, or has just made. */
class MadeElsewhere extends Error {
  override readonly name = 'MadeElsewhere'
}

/** Claims one call for this instance once its turn has come: a call that waits for its turn keeps no other instance waiting. */
export class CallClaim {
  /** Set where `take` rejected. */
  others: OthersLeases | undefined
  readonly #leases: Leases
  readonly #names: readonly string[]
  readonly #isReread: boolean
  #claiming: Promise<void> | undefined
  #end: ((results: readonly LeaseResult[]) => void) | undefined

  /** `names` are those of the call's entries; `isReread` is as for `Leases.claim`. */
  constructor(leases: Leases, names: readonly string[], isReread: boolean) {
    this.#leases = leases
    this.#names = names
    this.#isReread = isReread
  }

  /** Rejects if another instance makes the call. A call that is sent again is claimed once. */
  take(): Promise<void> {
    this.#claiming ??= this.#claim()
    return this.#claiming
  }

  /** Tells those who wait, if the call was this instance's. */
  end(results: readonly LeaseResult[]): void {
    this.#end?.(results)
  }

  async #claim(): Promise<void> {
    const claimed = await this.#leases.claim(this.#names, this.#isReread)
    if (claimed?.isOwn) this.#end = claimed.end
    else if (claimed) {
      this.others = claimed
      throw new MadeElsewhere('Another instance makes the call.')
    }
  }
}
