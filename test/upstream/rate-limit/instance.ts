import { openRedis } from '../../../src/upstream/cache/redis.ts'
import { silentLog } from '../../../src/upstream/log.ts'
import type { Allowance, CallCounter } from '../../../src/upstream/rate-limit/call-counter.ts'
import { type Clock, systemClock } from '../../../src/upstream/rate-limit/quota-period.ts'
import { openSharedCallCounter } from '../../../src/upstream/rate-limit/shared-call-counter.ts'
import { openSharedRedis } from '../../../src/upstream/rate-limit/shared-redis.ts'
import type { RedisServer } from '../../support/redis.ts'

/**
 * One of several instances: a counter with its own connection, which is ready. Only an impatient one gives up on a silent
 * server: for the others a busy machine must not look like a lost Redis, and a killed Redis closes the connection.
 */
export async function instance(
  server: RedisServer,
  allowance: Allowance,
  {
    name = 'account',
    isImpatient = false,
    clock = systemClock,
  }: { readonly name?: string; readonly isImpatient?: boolean; readonly clock?: Clock } = {},
) {
  const resources = new DisposableStack()
  const redis = resources.use(openRedis(server.url, silentLog))
  if (redis.status !== 'ready') await new Promise(resolve => redis.once('ready', resolve))
  if (!isImpatient) Object.assign(redis.options, { socketTimeout: undefined, commandTimeout: undefined })
  const sharing = resources.use(openSharedRedis(redis))
  const counter = resources.use(openSharedCallCounter(allowance, clock, sharing, name))
  return { redis, counter, [Symbol.dispose]: () => resources.dispose() }
}

/** The number of calls that a counter still allows. */
export async function exhaust(counter: CallCounter): Promise<number> {
  let made = 0
  while (!(await counter.take(0))) made++
  return made
}
