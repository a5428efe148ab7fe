import type { Redis } from 'ioredis'
import { type Allowance, type CallCounter, openLocalCallCounter } from './call-counter.ts'
import { systemClock } from './quota-period.ts'
import { openSharedCallCounter } from './shared-call-counter.ts'
import { openSharedRedis } from './shared-redis.ts'

/** The call counters of one process, at most one per name. Whoever owns the accounts owns it. */
export interface CallCounters extends Disposable {
  /**
   * Opens the counter of that name; the caller disposes of it, and it ends with its last user. All users share one count,
   * with the allowance of the first.
   */
  open(name: string, allowance: Allowance): CallCounter
}

/** With Redis, counters are shared with other instances. Leaves the connection open. */
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
        take: (ahead, calls) => counter.take(ahead, calls),
        observe: reported => counter.observe(reported),
        get left() {
          return counter.left
        },
        get windowRooms() {
          return counter.windowRooms
        },
        get periodRoom() {
          return counter.periodRoom
        },
        shares: counter.shares,
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
