import { beforeAll, expect, test } from 'vitest'
import { type Cache, openCache } from '../../../src/upstream/cache/cache.ts'
import { openRedis } from '../../../src/upstream/cache/redis.ts'
import { silentLog } from '../../../src/upstream/log.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { installRedis, startRedis } from '../../support/redis.ts'
import { openDataSource, scope } from './asking.ts'

beforeAll(installRedis, installMilliseconds)

test('an answer that a change on another instance overtook is told to nobody who asks after it came', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  await using here = openCache({ bytes: 1_000_000, redis, namespace: 'fleet' })
  await using there = openCache({ bytes: 1_000_000, redis, namespace: 'fleet' })
  await expect.poll(() => here.tagVersion('lists')).toBeDefined()
  await expect.poll(() => there.tagVersion('lists')).toBeDefined()
  let state = 'old'
  const asked = Promise.withResolvers<void>()
  const changed = Promise.withResolvers<void>()
  const read = async () => state
  const readSlowly = async () => {
    const seen = state
    asked.resolve()
    await changed.promise
    return seen
  }
  const one = openDataSource(read, { cache: here, staleMilliseconds: 0 }, 'lists')
  const kept = Promise.withResolvers<void>()
  const set: Cache['set'] = (...entry) => there.set(...entry).finally(kept.resolve)
  const other = openDataSource(readSlowly, { cache: { ...there, set }, staleMilliseconds: 0 }, 'lists')
  const slow = other.ask('list', scope())
  await asked.promise
  state = 'new'
  await one.forget()
  changed.resolve()
  expect(await slow).toBe('old')
  // Kept with a delay, if at all.
  await expect
    .poll(() => redis.dbsize())
    .toBeGreaterThan(0)
    .catch(() => undefined)
  expect(await one.ask('list', scope())).toBe('new')
  expect(await other.ask('list', scope())).toBe('new')
})
