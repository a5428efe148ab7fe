import type { Redis } from 'ioredis'

/** A Redis through which instances share their budgets, and what its keys begin with. */
export interface SharedRedis extends Disposable {
  readonly redis: Redis
  readonly prefix: string
  /** Calls back each time the connection can be used again, until disposed of. */
  onReturn(listener: () => void): Disposable
}

/** Leaves the connection open: it belongs to whoever opened it. */
export function openSharedRedis(redis: Redis, prefix = 'isotherm'): SharedRedis {
  const listeners = new Set<() => void>()
  // One listener on the connection however many budgets there are.
  const notify = () => {
    for (const listener of listeners) listener()
  }
  redis.on('ready', notify)
  return {
    redis,
    prefix,
    onReturn(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    [Symbol.dispose]() {
      redis.off('ready', notify)
    },
  }
}
