import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import { openRedis } from '../../../src/upstream/cache/redis.ts'
import { openSharedImages, type StoredImage } from '../../../src/upstream/images/shared-images.ts'
import { silentLog } from '../../../src/upstream/log.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { installRedis, startRedis } from '../../support/redis.ts'

beforeAll(installRedis, installMilliseconds)

const hour = 3_600_000

function imageOf(parts: readonly Uint8Array[], more: object = {}): StoredImage {
  const buffers = parts.map(part => Buffer.from(part))
  const { byteLength } = Buffer.concat(buffers)
  const image = { parts: buffers, byteLength, contentType: 'image/png', etag: '"a\\n"' }
  const at = Date.now()
  return { value: { ...more, image }, at, until: at + hour }
}

test('another instance reads what one wrote, byte for byte, whatever the bytes are', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  const [one, other] = [openSharedImages(redis, 1e9), openSharedImages(redis, 1e9)]
  const bytes = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 })
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null))
  const more = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), value)
  let count = 0
  await fc.assert(
    fc.asyncProperty(bytes, more, async (parts, members) => {
      const name = `${++count}`
      const written = imageOf(parts, members)
      await one.write(name, written)
      const read = await other.read(name)
      const { parts: _parts, ...image } = written.value.image
      expect(read).toEqual({
        ...written,
        value: { ...written.value, image: { ...image, parts: expect.any(Array) } },
      })
      expect(Buffer.concat(read?.value.image.parts ?? [])).toEqual(Buffer.concat(parts))
      expect(await other.read(`${name}?`)).toBeUndefined()
    }),
    { numRuns: 30 },
  )
})

test('all instances hold no more than their bound together, however often they start and for whomever', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  const bound = 64_000
  const step = fc.record({ account: fc.nat(3), image: fc.nat(30), bytes: fc.integer({ min: 0, max: 2_500 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 60 }), async steps => {
      for (const { account, image, bytes } of steps) {
        // Each starts anew, and knows nothing of those before it.
        const [one, other] = [openSharedImages(redis, bound), openSharedImages(redis, bound)]
        const name = `${account} ${image}`
        await one.write(name, imageOf([randomBytes(bytes)]))
        // Whatever others hold, each image is taken.
        expect(await other.read(name)).toMatchObject({ value: { image: { byteLength: bytes } } })
      }
      expect(await bytesIn(redis)).toBeLessThanOrEqual(bound)
    }),
    { numRuns: 5 },
  )
})

test('no image is too large or past its time, and none stays for more than an hour', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  const [small, large] = [openSharedImages(redis, 16_000), openSharedImages(redis, 1e9)]
  await small.write('larger than its part', imageOf([randomBytes(1_000)]))
  await large.write('larger than a mebibyte', imageOf([Buffer.alloc(1024 ** 2 + 1)]))
  await large.write('past', { ...imageOf([randomBytes(1)]), until: Date.now() - 1 })
  expect(await redis.keys('*')).toEqual([])
  const day = imageOf([randomBytes(10)])
  await large.write('a mebibyte', imageOf([Buffer.alloc(1024 ** 2)]))
  expect(await large.read('a mebibyte')).toBeDefined()
  for (let index = 0; index < 50; index++)
    await large.write(`${index}`, { ...day, until: day.at + 24 * hour })
  for (const key of await redis.keys('*')) {
    const left = await redis.pttl(key)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(hour)
    // The next image makes none stay longer.
    await redis.pexpire(key, 60_000)
  }
  for (let index = 0; index < 50; index++)
    await large.write(`${index}`, { ...day, until: day.at + 24 * hour })
  for (const key of await redis.keys('*')) expect(await redis.pttl(key)).toBeLessThanOrEqual(60_000)
})

test('an image that Redis did not take is taken the next time', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  const shared = openSharedImages(redis, 16_000)
  const image = imageOf([randomBytes(700)])
  await redis.config('SET', 'maxmemory', '1')
  for (let index = 0; index < 30; index++) await shared.write(`${index}`, image)
  expect(await shared.read('0')).toBeUndefined()
  await redis.config('SET', 'maxmemory', '0')
  await shared.write('one', image)
  expect(await shared.read('one')).toBeDefined()
})

test('what is no whole image is none', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  const shared = openSharedImages(redis, 1e6)
  await shared.write('one', imageOf([randomBytes(9)]))
  const [key = ''] = await redis.keys('*')
  const [field = ''] = (await redis.hkeys(key)).filter(field => field !== 'bytes')
  const record = await redis.hgetBuffer(key, field)
  for (const wrong of [
    '',
    '\n',
    'x',
    record?.subarray(0, -1) ?? '',
    Buffer.concat([record ?? Buffer.alloc(0), Buffer.alloc(1)]),
  ]) {
    await redis.hset(key, field, wrong)
    expect(await shared.read('one')).toBeUndefined()
  }
  await server.kill()
  expect(await shared.read('one')).toBeUndefined()
  await shared.write('one', imageOf([randomBytes(9)]))
})

async function bytesIn(redis: Redis): Promise<number> {
  let bytes = 0
  for (const key of await redis.keys('*'))
    for (const [field, value] of Object.entries(await redis.hgetallBuffer(key)))
      if (field !== 'bytes') bytes += value.byteLength
  return bytes
}
