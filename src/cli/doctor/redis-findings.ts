import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { openRedis, type RedisConnection } from '../../upstream/cache/redis.ts'
import { redisErrorCode } from '../../upstream/cache/redis-error-code.ts'
import { silentLog } from '../../upstream/log.ts'
import type { Finding } from './findings.ts'

const subject = 'redis'
const milliseconds = 5_000
/** The first version with all that the counting scripts need. */
const oldestMajor = 7

/**
 * Whether Redis can be used, is new enough, keeps counts of calls when it is full, and delivers the messages between instances.
 * `place` says where its URL is set.
 */
export async function redisFindings(url: URL, place: string): Promise<readonly Finding[]> {
  let reason = 'it does not answer'
  let whyLeft: string | undefined
  const hear = (line: object) => {
    whyLeft = Lost.safeParse(line).data?.reason
  }
  using redis = openRedis(url, { ...silentLog, error: hear })
  redis.on('error', error => {
    reason = redisErrorCode(error) ?? reason
  })
  try {
    const found = findingOf(await within(redis.info()))
    return [found, ...(found.status === 'failed' ? [] : await messageFindings(redis))]
  } catch (error) {
    reason = whyLeft ?? redisErrorCode(error) ?? reason
    const message = `It cannot be used (${reason}): check REDIS_URL (set in ${place}).`
    return [{ subject, status: 'failed', message, variables: { REDIS_URL: place } }]
  }
}

const Lost = z.object({ reason: z.string() })

/** Nothing if published messages arrive. */
async function messageFindings(redis: RedisConnection): Promise<readonly Finding[]> {
  using subscriber = redis.duplicate({ autoResubscribe: false })
  const channel = `isotherm:doctor:${randomUUID()}`
  try {
    const { promise: arrived, resolve } = Promise.withResolvers<void>()
    subscriber.once('message', () => resolve())
    await within(subscriber.subscribe(channel))
    await within(redis.publish(channel, ''))
    await within(arrived)
    return []
  } catch (error) {
    const reason = redisErrorCode(error) ?? 'none arrives'
    const message = `It delivers no messages (${reason}), so instances do not share the calls that are under way, and forget late what another has changed. Allow its user SUBSCRIBE and PUBLISH on isotherm:*.`
    return [{ subject, status: 'warning', message }]
  }
}

function findingOf(info: string): Finding {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const version = field('redis_version') ?? 'unknown'
  const policy = field('maxmemory_policy')
  if (field('role') === 'slave')
    return { subject, status: 'failed', message: 'It is a replica, which takes no writes.' }
  if (Number.parseInt(version, 10) < oldestMajor) {
    const message = `Its version is ${version}, too old: instances do not share their limits. Use ${oldestMajor} or newer.`
    return { subject, status: 'failed', message }
  }
  if (policy !== undefined && policy !== 'noeviction') {
    const message = `Its maxmemory-policy is ${policy}: when it is full it forgets counts of calls. Set noeviction.`
    return { subject, status: 'failed', message }
  }
  const message = `It answers; version ${version}, maxmemory-policy ${policy ?? 'unknown'}.`
  return { subject, status: 'ok', message }
}

async function within<Value>(promise: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('late')), milliseconds)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
