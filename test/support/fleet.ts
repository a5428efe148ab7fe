import type { Environment } from '../../src/config/environment.ts'
import type { Sandbox } from '../../src/sandbox.ts'
import type { RedisServer } from './redis.ts'
import { startRedis } from './redis.ts'
import { type Served, serve } from './serving.ts'

/** Several whole Isotherms over one Redis, in front of the same emulators. Ends with its scope. */
export interface Fleet extends AsyncDisposable {
  readonly instances: readonly Served[]
  readonly origins: readonly string[]
  readonly sandbox: Sandbox
  readonly redis: RedisServer
}

export async function serveFleet(
  count: number,
  {
    environment = {},
    redisUrl = url => url,
    ...options
  }: Parameters<typeof serve>[0] & {
    /** What instances are told instead of the Redis's own address. */
    readonly redisUrl?: (url: string) => string | Promise<string>
  } = {},
): Promise<Fleet> {
  await using resources = new AsyncDisposableStack()
  const redis = resources.use(await startRedis())
  const shared: Environment = {
    ISOTHERM_CACHE_BYTES: '10000000',
    ...environment,
    REDIS_URL: await redisUrl(redis.url),
  }
  const first = resources.use(await serve({ ...options, environment: shared }))
  const own = { ...options, environment: { ...first.sandbox.environment(), ...shared } }
  const others = await Promise.all(Array.from({ length: count - 1 }, () => serve(own)))
  for (const other of others) resources.use(other)
  const instances = [first, ...others]
  const owned = resources.move()
  return {
    instances,
    origins: instances.map(({ origin }) => origin),
    sandbox: first.sandbox,
    redis,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
