import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Log } from '../log.ts'

/**
 * Warns once if Redis may evict keys that are still needed: counts of calls would start again, and limits would be exceeded.
 * Checks when the server is first reachable; never rejects.
 */
export async function warnOfEviction(redis: Redis, log: Log): Promise<void> {
  try {
    if (redis.status !== 'ready') await new Promise(resolve => redis.once('ready', resolve))
    const policy = (await configuredPolicy(redis).catch(() => undefined)) ?? (await reportedPolicy(redis))
    if (policy === undefined || policy === 'noeviction') return
    const advice = 'set maxmemory-policy noeviction, or limits of vendors may be exceeded'
    log.warn({ policy }, `Redis may drop counts of calls (maxmemory-policy ${policy}): ${advice}`)
  } catch {
    // The loss of the server is logged by its connection.
  }
}

async function configuredPolicy(redis: Redis): Promise<string | undefined> {
  const reply = await redis.config('GET', 'maxmemory-policy')
  return z.tuple([z.string(), z.string()]).safeParse(reply).data?.[1]
}

/** The user may not read the configuration, as at hosted servers. */
async function reportedPolicy(redis: Redis): Promise<string | undefined> {
  return /^maxmemory.policy:(\S+)/m.exec(await redis.info('memory'))?.[1]
}
