import type { Lease, LeaseResult, Leases, OthersLeases } from '../cache/leases.ts'
import type { Claim } from '../call-context.ts'

/** Thrown in place of a call that another instance makes, or has just made. */
class MadeElsewhere extends Error {
  override readonly name = 'MadeElsewhere'
}

/** Claims one call for this instance once its turn has come: until then other instances need not wait for it. */
export class CallClaim implements Claim {
  /** Set if `take` rejected. */
  others: OthersLeases | undefined
  readonly #leases: Leases
  readonly #names: readonly string[]
  #isReread: boolean
  #claiming: Promise<void> | undefined
  #lease: Lease | undefined

  /** `names` are those of the call's entries; `isReread` is as for `Leases.claim`. */
  constructor(leases: Leases, names: readonly string[], isReread: boolean) {
    this.#leases = leases
    this.#names = names
    this.#isReread = isReread
  }

  /** A repeated call is claimed once, unless the claim was given back meanwhile. */
  take(): Promise<void> {
    this.#claiming ??= this.#claim()
    return this.#claiming
  }

  leave(): void {
    this.end([])
    this.#claiming = undefined
    // The cache may have the value by now.
    this.#isReread = false
  }

  /** Notifies the instances that wait, if this instance made the call. */
  end(results: readonly LeaseResult[]): void {
    this.#lease?.end(results)
    this.#lease = undefined
  }

  async #claim(): Promise<void> {
    const claimed = await this.#leases.claim(this.#names, this.#isReread)
    if (claimed?.isOwn) this.#lease = claimed
    else if (claimed) {
      this.others = claimed
      throw new MadeElsewhere('Another instance makes the call.')
    }
  }
}
