import type { Redis } from 'ioredis'

/** The Redis through which instances share their counters, and the prefix of its keys. */
export interface SharedRedis extends Disposable {
  readonly redis: Redis
  readonly prefix: string
  /** Calls the listener each time the connection is ready again, until disposed of. */
  onReturn(listener: () => void): Disposable
}

/** Leaves the connection open: its opener owns it. */
export function openSharedRedis(redis: Redis, prefix = 'isotherm'): SharedRedis {
  const listeners = new Set<() => void>()
  // One listener on the connection, however many counters there are.
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
