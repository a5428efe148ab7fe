import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
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
  const picture = { parts: buffers, byteLength, contentType: 'image/png', etag: '"a\\n"' }
  const at = Date.now()
  return { value: { ...more, picture }, at, until: at + hour }
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
      const image = imageOf(parts, members)
      await one.write(name, image)
      const read = await other.read(name)
      const { parts: _parts, ...picture } = image.value.picture
      expect(read).toEqual({
        ...image,
        value: { ...image.value, picture: { ...picture, parts: expect.any(Array) } },
      })
      expect(Buffer.concat(read?.value.picture.parts ?? [])).toEqual(Buffer.concat(parts))
      expect(await other.read(`${name}?`)).toBeUndefined()
    }),
    { numRuns: 30 },
  )
})

test('each image expires, none is too large, and one instance adds no more than its share', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  const shared = openSharedImages(redis, 250, 100)
  const image = (bytes: number) => imageOf([randomBytes(bytes)])
  await shared.write('large', image(101))
  for (const name of ['first', 'second', 'third']) await shared.write(name, image(100))
  await shared.write('first', image(90))
  await shared.write('past', { ...image(1), until: Date.now() - 1 })
  const keys = await redis.keys('*')
  expect(keys).toHaveLength(2)
  for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0)
  expect(await shared.read('first')).toMatchObject({ value: { picture: { byteLength: 90 } } })
  expect(await shared.read('third')).toBeUndefined()
  const day = imageOf([randomBytes(10)])
  await shared.write('long', { ...day, until: day.at + 24 * hour })
  expect(await redis.dbsize()).toBe(3)
  for (const key of await redis.keys('*')) expect(await redis.pttl(key)).toBeLessThanOrEqual(hour)
})

test('what is no whole image is none', async () => {
  await using server = await startRedis()
  using redis = openRedis(server.url, silentLog)
  const shared = openSharedImages(redis, 1e6)
  await shared.write('one', imageOf([randomBytes(9)]))
  const [key = ''] = await redis.keys('*')
  const record = await redis.getBuffer(key)
  for (const wrong of [
    '',
    '\n',
    'x',
    record?.subarray(0, -1) ?? '',
    Buffer.concat([record ?? Buffer.alloc(0), Buffer.alloc(1)]),
  ]) {
    await redis.set(key, wrong)
    expect(await shared.read('one')).toBeUndefined()
  }
  await server.kill()
  expect(await shared.read('one')).toBeUndefined()
  await shared.write('one', imageOf([randomBytes(9)]))
})
