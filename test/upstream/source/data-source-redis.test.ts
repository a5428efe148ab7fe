import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Cache, openCache } from '../../../src/upstream/cache/cache.ts'
import type { Leases } from '../../../src/upstream/cache/leases.ts'
import { openRedis } from '../../../src/upstream/cache/redis.ts'
import { UpstreamError } from '../../../src/upstream/error.ts'
import { silentLog } from '../../../src/upstream/log.ts'
import { DataSource } from '../../../src/upstream/source/data-source.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { propertyRuns } from '../../support/property-runs.ts'
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

test('no instance answers with less than a change that was answered before it was asked, whatever crosses what', async () => {
  await using server = await startRedis()
  const step = fc.record({
    instance: fc.nat(2),
    isChange: fc.boolean(),
    gap: fc.nat(6),
    before: fc.nat(4),
    after: fc.nat(40),
  })
  const loss = fc.constantFrom('none', 'none', 'kill', 'freeze')
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), loss, async (steps, loss) => {
      await using resources = new AsyncDisposableStack()
      const namespace = `run ${++run}`
      let state = 0
      let answered = 0
      let pause = { before: 0, after: 0 }
      let calls = 0
      const read = async () => {
        const { before, after } = pause
        calls++
        await setTimeout(before)
        const seen = state
        await setTimeout(after)
        return seen
      }
      const sources = [0, 1, 2].map(() => {
        const redis = resources.use(openRedis(server.url, silentLog))
        const cache = resources.use(openCache({ bytes: 1_000_000, redis, namespace }))
        return { cache, source: openDataSource(read, { cache, staleMilliseconds: 0 }, 'lists') }
      })
      for (const { cache } of sources) await expect.poll(() => cache.tagVersion('lists')).toBeDefined()
      const change = async ({ before, after }: { readonly before: number; readonly after: number }) => {
        await setTimeout(before)
        state++
        const changed = state
        await setTimeout(after)
        return changed
      }
      const asked: Promise<void>[] = []
      for (const [index, { instance, isChange, gap, ...pauses }] of steps.entries()) {
        const { source } = sources[instance] ?? {}
        if (!source) continue
        if (index === Math.floor(steps.length / 2)) {
          if (loss === 'kill') await server.kill()
          if (loss === 'freeze') server.pause()
        }
        pause = pauses
        const act = async () => {
          if (!isChange) {
            const least = answered
            expect(await source.ask('list', scope())).toBeGreaterThanOrEqual(least)
            return
          }
          const changed = await change({ before: pauses.before, after: pauses.after % 4 })
          await source.forget()
          answered = Math.max(answered, changed)
        }
        asked.push(act())
        await setTimeout(gap)
      }
      await Promise.all(asked)
      server.resume()
      if (loss === 'kill') await server.restart()
      expect(calls).toBeLessThanOrEqual(steps.length)
    }),
    { numRuns: propertyRuns(6), endOnFailure: true },
  )
})

test('a vendor that no instance reaches is tried by two of them, and all who wait get the failure', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  await using resources = new AsyncDisposableStack()
  const caches = Array.from({ length: 5 }, () =>
    resources.use(openCache({ bytes: 1_000_000, redis, namespace: 'fleet' })),
  )
  for (const { leases } of caches) await expect.poll(() => leases?.claim([randomUUID()], false)).toBeDefined()
  let claims = 0
  let calls = 0
  // Each fails once all who can have found out whether another calls.
  const fail = async () => {
    const expected = ++calls === 1 ? 5 : 9
    await expect.poll(() => claims).toBeGreaterThanOrEqual(expected)
    throw new UpstreamError('analytiks', 'UPSTREAM_UNAVAILABLE', 'unreachable')
  }
  const asked = caches.map(cache => {
    const claim: Leases['claim'] = async (...claimed) => {
      const found = await cache.leases?.claim(...claimed)
      claims++
      return found
    }
    const source = openDataSource<string>(fail, {
      cache: { ...cache, leases: { claim } },
      staleMilliseconds: 0,
    })
    return source.ask('unreachable', scope()).catch((error: Error) => error.message)
  })
  expect(await Promise.all(asked)).toEqual(Array(5).fill('unreachable'))
  expect(calls).toBe(2)
})

test('a failure that the vendor answered is told to all who wait, and of any other they ask for themselves', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  await using here = openCache({ bytes: 1_000_000, redis, namespace: 'fleet' })
  await using there = openCache({ bytes: 1_000_000, redis, namespace: 'fleet' })
  for (const { leases } of [here, there])
    await expect.poll(() => leases?.claim([randomUUID()], false)).toBeDefined()
  const failures = {
    refused: new UpstreamError('analytiks', 'UPSTREAM_REJECTED', 'refused', { upstreamStatus: 400 }),
    broken: new UpstreamError('analytiks', 'UPSTREAM_UNAVAILABLE', 'broken', { upstreamStatus: 502 }),
    unreachable: new UpstreamError('analytiks', 'UPSTREAM_UNAVAILABLE', 'unreachable'),
    late: new UpstreamError('analytiks', 'UPSTREAM_TIMEOUT', 'late'),
    unsure: new TypeError('unsure'),
  }
  for (const [name, failure] of Object.entries(failures)) {
    const hold = Promise.withResolvers<never>()
    const asked = Promise.withResolvers<void>()
    const fail = () => {
      asked.resolve()
      return hold.promise
    }
    const one = openDataSource<string>(fail, { cache: here, staleMilliseconds: 0 })
    const followed = Promise.withResolvers<void>()
    const claim: Leases['claim'] = async (...claimed) => {
      const found = await there.leases?.claim(...claimed)
      followed.resolve()
      return found
    }
    const other = openDataSource(async () => 'well', {
      cache: { ...there, leases: { claim } },
      staleMilliseconds: 0,
    })
    const failing = one.ask(name, scope()).catch((error: unknown) => error)
    await asked.promise
    const waiting = other.ask(name, scope()).catch((error: Error) => error.message)
    await followed.promise
    hold.reject(failure)
    expect(await failing).toBe(failure)
    const isAnswered = failure instanceof UpstreamError && failure.upstreamStatus !== undefined
    expect(await waiting, name).toBe(isAnswered ? failure.message : 'well')
  }
})

test('what is kept too long for whoever asks shares its call with what is not kept at all', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  await using cache = openCache({ bytes: 1_000_000, redis, namespace: 'fleet' })
  await expect.poll(() => cache.leases?.claim([randomUUID()], false)).toBeDefined()
  const calls: (readonly string[])[] = []
  let maximumAge = Number.POSITIVE_INFINITY
  const source = new DataSource<string, number>(
    {
      nameOf: key => key,
      callsOf: keys => [
        {
          keys,
          plan: { route: 'GET /' },
          async make({ claim, begun }) {
            await claim?.take()
            begun?.()
            calls.push(keys)
            return keys.map(() => calls.length)
          },
        },
      ],
      ttlOf: () => 600_000,
      maximumAgeOf: () => maximumAge,
      isValue: (cached): cached is number => typeof cached === 'number',
    },
    { cache, staleMilliseconds: 0 },
  )
  const asked = (keys: readonly string[], one = scope()) => Promise.all(source.askAll(keys, one))
  expect(await asked(['b'])).toEqual([1])
  maximumAge = 0
  // Once the call has told others that it is kept, and before that is over.
  await expect.poll(async () => (await cache.leases?.claim(['b'], false))?.isOwn).toBe(false)
  const later = scope()
  expect(await asked(['a', 'b', 'c'], later)).toEqual([2, 2, 2])
  expect(calls).toEqual([['b'], ['a', 'b', 'c']])
  expect([later.usage.planned, later.usage.made, later.usage.cached]).toEqual([1, 1, 0])
})
