import { Redis, type RedisOptions } from 'ioredis'
import { primaryConnector } from './redis-primary.ts'

/** How long, in ms, a server that owes an answer may be silent before it counts as dead. */
const patience = 250

/**
 * A connection that outlives its server. A command rejects when the connection breaks or the server says nothing for
 * 250 ms; a new one then waits for the next attempt to connect, and once that has failed all reject at once until the
 * server is back. A replica is no server: one that was demoted is left, with all duplicates, and its name asked again. Ends
 * with its scope. What `duplicate` gives is one more, to be ended by who asked for it.
 */
export interface RedisConnection extends Redis, Disposable {
  duplicate(override?: Partial<RedisOptions>): RedisConnection
}

/** Connects in the background, for ever. Logs each loss of the server and its return once, for all duplicates together. */
export function openRedis(url: URL | string, log: (line: string) => void): RedisConnection {
  return connect(more => new Redis(String(url), { ...options, ...more }), tellOnce(log))
}

/**
 * Asks, and once more if that fails. A process that was busy for longer than a server may be silent finds the
 * connection broken for no fault of the server's, so use it for whatever may run twice.
 */
export async function askTwice<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch {
    return await ask()
  }
}

const options = {
  connectTimeout: 2 * patience,
  socketTimeout: patience,
  disconnectTimeout: patience,
  // A last bound for what trickles or loads; the silent are found by the socket's.
  commandTimeout: 2_000,
  maxLoadingRetryTime: 2 * patience,
  // Sent again by ioredis, a command would wait for as long as the server hangs: see `askTwice`.
  maxRetriesPerRequest: 0,
  keepAlive: 10_000,
  disableClientInfo: true,
} satisfies RedisOptions

function connect(create: (more: RedisOptions) => Redis, told: Told): RedisConnection {
  let reason = 'it hung up'
  let loading: NodeJS.Timeout | undefined
  const leave = (why: string) => {
    if (redis.status !== 'ready') return false
    reason = why
    redis.disconnect(true)
    return true
  }
  const redis = create({
    enableOfflineQueue: true,
    Connector: primaryConnector(() => {
      reason = 'it is a replica'
    }),
    reconnectOnError(error) {
      const why = unusable.exec(error.message)?.[1]
      if (why === undefined || !leave(why)) return false
      told.leave(why)
      return true
    },
    retryStrategy(attempt) {
      if (attempt > 1) lose()
      return attempt === 1 ? 10 : Math.min(attempt * 100, 1_000)
    },
  })
  const lose = () => {
    // Read by ioredis at each command: with a queue, every command would wait for a server that is gone.
    redis.options.enableOfflineQueue = false
    told.lost(redis, reason)
  }
  told.join(redis, leave)
  redis.on('error', error => {
    reason = reasonOf(error)
  })
  redis.on('connect', () => {
    loading = setTimeout(() => {
      reason = 'it is still loading'
      lose()
    }, 2 * patience).unref()
  })
  redis.on('close', () => clearTimeout(loading))
  redis.on('ready', () => {
    clearTimeout(loading)
    redis.options.enableOfflineQueue = true
    told.back(redis)
  })
  return Object.assign(redis, {
    duplicate: (override: Partial<RedisOptions> = {}) =>
      connect(more => new Redis({ ...redis.options, ...override, ...more }), told),
    [Symbol.dispose]() {
      clearTimeout(loading)
      told.closed(redis)
      redis.disconnect()
    },
  })
}

/** What a server says that cannot be used, as such or in a script; it may be another one's turn behind the same name. */
const unusable = /(?:^|-)(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOAUTH)\b/

interface Told {
  join(redis: Redis, leave: (reason: string) => void): void
  /** Has all connections look for the server anew. */
  leave(reason: string): void
  lost(redis: Redis, reason: string): void
  back(redis: Redis): void
  closed(redis: Redis): void
}

function tellOnce(log: (line: string) => void): Told {
  const lost = new Set<Redis>()
  const all = new Map<Redis, (reason: string) => void>()
  return {
    join: (redis, leave) => all.set(redis, leave),
    leave(reason) {
      for (const leave of all.values()) leave(reason)
    },
    lost(redis, reason) {
      if (lost.size === 0) log(`Redis cannot be used (${reason}): going on without it`)
      lost.add(redis)
    },
    back(redis) {
      if (lost.delete(redis) && lost.size === 0) log('Redis can be used again')
    },
    closed(redis) {
      all.delete(redis)
      lost.delete(redis)
    },
  }
}

/** Never the message itself, which may quote the URL or what was sent. */
function reasonOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error.message.startsWith('Socket timeout')) return 'it does not answer'
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? 'it failed'
}
