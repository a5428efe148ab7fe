import { beforeAll, expect, test } from 'vitest'
import { openCache } from '../../../src/upstream/cache/cache.ts'
import { openRedis } from '../../../src/upstream/cache/redis.ts'
import { silentLog } from '../../../src/upstream/log.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { installRedis, startRedis } from '../../support/redis.ts'

beforeAll(installRedis, installMilliseconds)

const hour = 3_600_000

test('with a full Redis memory still holds what changes clear, and a change clears it on every instance', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  // Less than an empty server takes.
  await redis.config('SET', 'maxmemory', '1kb')
  await expect(redis.set('anything', 1)).rejects.toThrow('OOM')
  await using one = openCache({ bytes: 1_000_000, redis, namespace: 'full' })
  await using other = openCache({ bytes: 1_000_000, redis, namespace: 'full' })
  const tag = await one.tagVersion('lists')
  expect(tag).toBeDefined()
  expect(await one.set('list', { value: 1, at: 0 }, hour, tag)).toBe(false)
  expect(await one.get('list')).toEqual({ value: 1, at: 0 })
  await other.clear('lists')
  expect(await one.get('list')).toBeUndefined()
  expect(await one.tagVersion('lists')).not.toEqual(tag)
})
