import { openRedis } from '../../upstream/cache/redis.ts'
import { silentLog } from '../../upstream/log.ts'
import type { Finding } from './findings.ts'

const subject = 'redis'
const milliseconds = 5_000
const oldestMajor = 6

/** Whether the Redis can be used, and would forget counts of calls when it is full. `place` is where its URL is set. */
export async function redisFinding(url: URL, place: string): Promise<Finding> {
  let reason = 'it does not answer'
  using redis = openRedis(url, silentLog)
  redis.on('error', error => {
    reason = wordOf(error) ?? reason
  })
  try {
    return told(await within(redis.info()))
  } catch (error) {
    reason = wordOf(error) ?? reason
    const message = `It cannot be used (${reason}): check REDIS_URL (set in ${place}).`
    return { subject, status: 'failed', message, variables: { REDIS_URL: place } }
  }
}

/** ECONNREFUSED, WRONGPASS and the like: never the whole message, which may quote the URL. */
function wordOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0]
}

function told(info: string): Finding {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const version = field('redis_version') ?? 'unknown'
  const policy = field('maxmemory_policy')
  if (field('role') === 'slave')
    return { subject, status: 'failed', message: 'It is a replica, which takes no writes.' }
  if (policy !== undefined && policy !== 'noeviction') {
    const message = `Its maxmemory-policy is ${policy}: when it is full it forgets counts of calls. Set noeviction.`
    return { subject, status: 'failed', message }
  }
  const isOld = Number.parseInt(version, 10) < oldestMajor
  const message = `It answers; version ${version}, maxmemory-policy ${policy ?? 'unknown'}.`
  return { subject, status: isOld ? 'warning' : 'ok', message }
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
