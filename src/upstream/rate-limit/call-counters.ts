import type { Redis } from 'ioredis'
import { type Allowance, type CallCounter, openLocalCallCounter } from './call-counter.ts'
import { systemClock } from './quota-period.ts'
import { openSharedCallCounter } from './shared-call-counter.ts'
import { openSharedRedis } from './shared-redis.ts'

/** The ledgers of one process, held by whoever holds its accounts: of each name there is one at a time. */
export interface CallCounters extends Disposable {
  /**
   * The ledger of that name, to be disposed of by whoever asked for it; it ends with the last of them. All count in one, by
   * the allowance of the first.
   */
  open(name: string, allowance: Allowance): CallCounter
}

/** With Redis, ledgers are one with those of other instances. The connection is left open. */
export function openCallCounters(redis?: Redis): CallCounters {
  const sharing = redis && openSharedRedis(redis)
  const open = new Map<string, { readonly counter: CallCounter; users: number }>()
  const create = (name: string, allowance: Allowance) =>
    sharing
      ? openSharedCallCounter(allowance, systemClock, sharing, name)
      : openLocalCallCounter(allowance, systemClock)
  return {
    open(name, allowance) {
      const entry = open.getOrInsertComputed(name, () => ({ counter: create(name, allowance), users: 0 }))
      const { counter } = entry
      entry.users++
      let isHeld = true
      return {
        take: ahead => counter.take(ahead),
        observe: reported => counter.observe(reported),
        get left() {
          return counter.left
        },
        [Symbol.dispose]() {
          if (!isHeld) return
          isHeld = false
          if (--entry.users > 0) return
          open.delete(name)
          counter[Symbol.dispose]()
        },
      }
    },
    [Symbol.dispose]: () => sharing?.[Symbol.dispose](),
  }
}
