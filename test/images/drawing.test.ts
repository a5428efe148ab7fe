import sharp from 'sharp'
import { expect, test } from 'vitest'
import { formats, sizeOf, UnfitPicture } from '../../src/images/drawing.ts'
import type { Picture } from '../../src/upstream/picture.ts'

const drawn = sharp({ create: { width: 300, height: 200, channels: 3, background: '#c40' } })

test.each([...formats, 'gif', 'avif'] as const)('the pixels of a %s are counted', async format => {
  const picture = pictureOf(await drawn.clone().toFormat(format).toBuffer())
  await sizeOf(picture, 60_000)
  await expect(sizeOf(picture, 59_999)).rejects.toThrow('The picture has more than 59999 pixels.')
})

test('they are counted wherever the picture says its size', async () => {
  const jpeg = await drawn.clone().jpeg().toBuffer()
  const comment = Buffer.alloc(60_002, ' ')
  comment.set([0xff, 0xfe, 60_000 >> 8, 60_000 & 0xff])
  const picture = pictureOf(Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]))
  await sizeOf(picture, 60_000)
  await expect(sizeOf(picture, 59_999)).rejects.toThrow('The picture has more than 59999 pixels.')
})

test('what says no size is unfit', async () => {
  const picture = pictureOf(Buffer.alloc(50_000, 'no picture'))
  await expect(sizeOf(picture, 60_000)).rejects.toThrow(UnfitPicture)
})

/** As it may come, in more than one part. */
function pictureOf(bytes: Buffer): Picture {
  const parts = [bytes.subarray(0, 1000), bytes.subarray(1000)]
  return { parts, byteLength: bytes.byteLength, contentType: 'image/jpeg', etag: '"tag"' }
}
