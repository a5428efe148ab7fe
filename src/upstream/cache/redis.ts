import { Redis, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import type { Log } from '../log.ts'
import { redisErrorCode } from './redis-error-code.ts'
import { primaryConnector } from './redis-primary.ts'

/** How long, in ms, a server that owes a reply may be silent before it counts as dead. */
const patience = 250

/**
 * A connection that outlives its server. A command rejects when the connection breaks or the server says nothing for
 * 250 ms; a new one then waits for the next attempt to connect, and once that has failed all reject at once until the
 * server is back. It never uses a replica: it leaves a server that was demoted, with all duplicates, and resolves the host name
 * again. A server that refuses the database of the URL is left for good. Whoever calls `duplicate` disposes of the result.
 */
export interface RedisConnection extends Redis, Disposable {
  duplicate(override?: Partial<RedisOptions>): RedisConnection
}

/** Connects in the background, forever. Logs each loss and return of the server once for all duplicates. */
export function openRedis(url: URL | string, log: Log): RedisConnection {
  return connect(more => new Redis(String(url), { ...options, ...more }), observeLosses(log))
}

const options = {
  connectTimeout: 2 * patience,
  socketTimeout: patience,
  disconnectTimeout: patience,
  // The last bound, for replies that trickle; socketTimeout finds silent servers.
  commandTimeout: 2_000,
  maxLoadingRetryTime: 2 * patience,
  // If ioredis repeated a command it would wait for as long as the server hangs: see `askTwice`.
  maxRetriesPerRequest: 0,
  keepAlive: 10_000,
  disableClientInfo: true,
} satisfies RedisOptions

function connect(create: (more: RedisOptions) => Redis, losses: Losses): RedisConnection {
  let reason = 'it hung up'
  let isLeft = false
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
      if (full.test(error.message)) losses.full()
      if (isOfSelect(error)) {
        // Otherwise data for a separate database would go into another one. Most refusals pass, such as those of too many
        // clients.
        isLeft = lastingRefusal.test(error.message)
        reason = isLeft ? noDatabase : reasonOf(error)
        if (isLeft) lose()
        redis.disconnect(!isLeft)
        return false
      }
      const why = unusable.exec(error.message)?.[1]
      if (why === undefined || !leave(why)) return false
      losses.leave(why)
      return true
    },
    retryStrategy(attempt) {
      if (attempt > 1) lose()
      return attempt === 1 ? 10 : Math.min(attempt * 100, 1_000)
    },
  })
  const lose = () => {
    // ioredis reads it for each command. With a queue, every command would wait for a server that is gone.
    redis.options.enableOfflineQueue = false
    losses.lost(redis, reason)
  }
  losses.join(redis, leave)
  redis.on('error', error => {
    if (!isLeft) reason = reasonOf(error)
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
    if (isLeft) return
    redis.options.enableOfflineQueue = true
    losses.back(redis)
  })
  return Object.assign(redis, {
    duplicate: (override: Partial<RedisOptions> = {}) =>
      connect(more => new Redis({ ...redis.options, ...override, ...more }), losses),
    [Symbol.dispose]() {
      clearTimeout(loading)
      losses.closed(redis)
      redis.disconnect()
    },
  })
}

/** Errors of a server that cannot be used, also out of a script; another may be behind the same name by now. */
const unusable = /(?:^|-)(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOAUTH)\b/

/** The error of a server without free memory, also from a script. */
const full = /\bOOM command not allowed/

/** The pause after the last error of a full server before another one is logged, in milliseconds. */
const fullPause = 600_000

/** Logs each loss and return once for all connections. */
interface Losses {
  join(redis: Redis, leave: (reason: string) => void): void
  /** Makes all connections reconnect. */
  leave(reason: string): void
  lost(redis: Redis, reason: string): void
  back(redis: Redis): void
  closed(redis: Redis): void
  /** A command was refused because the server is full. */
  full(): void
}

function observeLosses(log: Log): Losses {
  const lost = new Set<Redis>()
  const all = new Map<Redis, (reason: string) => void>()
  let fullAt = Number.NEGATIVE_INFINITY
  return {
    join: (redis, leave) => all.set(redis, leave),
    leave(reason) {
      for (const leave of all.values()) leave(reason)
    },
    lost(redis, reason) {
      if (lost.size === 0) log.error({ reason }, `Redis cannot be used (${reason}): going on without it`)
      lost.add(redis)
    },
    back(redis) {
      if (lost.delete(redis) && lost.size === 0) log.warn({}, 'Redis can be used again')
    },
    full() {
      const now = performance.now()
      if (now - fullAt > fullPause) log.error({}, 'Redis is full (maxmemory): nothing new is kept in it')
      fullAt = now
    },
    closed(redis) {
      all.delete(redis)
      lost.delete(redis)
    },
  }
}

/** Whether a server refuses the database of the URL. */
function isOfSelect(error: Error): boolean {
  return OfCommand.safeParse(error).data?.command.name === 'select'
}

const noDatabase = 'its database cannot be selected, which is tried again at the next start only'
/** Refusals that are permanent for this user. */
const lastingRefusal = /DB index is out of range|^NOPERM|not allowed|unknown command/

/** ioredis notes which command failed. */
const OfCommand = z.object({ command: z.object({ name: z.string() }) })

function reasonOf(error: Error): string {
  return (
    redisErrorCode(error) ?? (error.message.startsWith('Socket timeout') ? 'it does not answer' : 'it failed')
  )
}
