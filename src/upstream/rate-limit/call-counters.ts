import type { Redis } from 'ioredis'
import { type Allowance, type Ledger, openLocalLedger } from './call-counter.ts'
import { systemClock } from './quota-period.ts'
import { openSharedLedger } from './shared-call-counter.ts'
import { openSharing } from './shared-redis.ts'

/** The ledgers of one process, held by whoever holds its accounts: of each name there is one at a time. */
export interface Ledgers extends Disposable {
  /**
   * The ledger of that name, to be disposed of by whoever asked for it; it ends with the last of them. All count in one, by
   * the allowance of the first.
   */
  open(name: string, allowance: Allowance): Ledger
}

/** With Redis, ledgers are one with those of other instances. The connection is left open. */
export function openLedgers(redis?: Redis): Ledgers {
  const sharing = redis && openSharing(redis)
  const open = new Map<string, { readonly ledger: Ledger; users: number }>()
  const create = (name: string, allowance: Allowance) =>
    sharing
      ? openSharedLedger(allowance, systemClock, sharing, name)
      : openLocalLedger(allowance, systemClock)
  return {
    open(name, allowance) {
      const entry = open.getOrInsertComputed(name, () => ({ ledger: create(name, allowance), users: 0 }))
      const { ledger } = entry
      entry.users++
      let isHeld = true
      return {
        take: ahead => ledger.take(ahead),
        tell: told => ledger.tell(told),
        get left() {
          return ledger.left
        },
        [Symbol.dispose]() {
          if (!isHeld) return
          isHeld = false
          if (--entry.users > 0) return
          open.delete(name)
          ledger[Symbol.dispose]()
        },
      }
    },
    [Symbol.dispose]: () => sharing?.[Symbol.dispose](),
  }
}
