import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { DrawingQueue, type DrawingQueueBounds, TooManyDrawings } from '../../src/images/drawing-queue.ts'
import { draw, formats, isVariant, sizeOf, UnfitImage } from '../../src/images/resizing.ts'
import type { ImageFile } from '../../src/upstream/images/image.ts'

const limits = { maximumPixels: 100_000_000 }
const drawn = sharp({ create: { width: 300, height: 200, channels: 3, background: '#c40' } })

test.each([...formats, 'gif', 'avif'] as const)('the pixels of a %s are counted', async format => {
  const image = imageOf(await drawn.clone().toFormat(format).toBuffer())
  await sizeOf(image, 60_000)
  await expect(sizeOf(image, 59_999)).rejects.toThrow('The image has more than 59999 pixels.')
})

test('they are counted wherever the image says its size', async () => {
  const jpeg = await drawn.clone().jpeg().toBuffer()
  const comment = Buffer.alloc(60_002, ' ')
  comment.set([0xff, 0xfe, 60_000 >> 8, 60_000 & 0xff])
  const image = imageOf(Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]))
  await sizeOf(image, 60_000)
  await expect(sizeOf(image, 59_999)).rejects.toThrow('The image has more than 59999 pixels.')
})

test('what says no size is unfit', async () => {
  const image = imageOf(Buffer.alloc(50_000, 'no image'))
  await expect(sizeOf(image, 60_000)).rejects.toThrow(UnfitImage)
})

/** As it may come, in more than one part. */
function imageOf(bytes: Buffer): ImageFile {
  const parts = [bytes.subarray(0, 1000), bytes.subarray(1000)]
  return { parts, byteLength: bytes.byteLength, contentType: 'image/jpeg', etag: '"tag"' }
}

/** As it is shown: red above, blue below on its left, green on its right. */
const flag = await sharp({ create: { width: 60, height: 20, channels: 3, background: '#00f' } })
  .composite([
    { input: { create: { width: 60, height: 10, channels: 3, background: '#f00' } }, left: 0, top: 0 },
    { input: { create: { width: 30, height: 10, channels: 3, background: '#0f0' } }, left: 30, top: 10 },
  ])
  .png()
  .toBuffer()

/** How it lies by each orientation of EXIF: turned so far, after it was mirrored. */
const turned = [
  [1, 0, false],
  [2, 0, true],
  [3, 180, false],
  [4, 180, true],
  [5, 270, true],
  [6, 270, false],
  [7, 90, true],
  [8, 90, false],
] as const

const cases = turned.flatMap(lying =>
  (['jpeg', 'webp', 'png'] as const).map(format => [format, ...lying] as const),
)
test.each(cases)(
  'a %s of orientation %i is drawn upright',
  async (format, orientation, angle, isMirrored) => {
    const mirrored = await sharp(flag).flop(isMirrored).toBuffer()
    const lying = sharp(await sharp(mirrored).rotate(angle).toBuffer())
    const bytes = await lying.withMetadata({ orientation }).toFormat(format, { quality: 95 }).toBuffer()
    const image = { ...imageOf(bytes), contentType: `image/${format}` }
    const size = await sizeOf(image, 10_000)
    expect(size).toEqual({ width: 60, height: 20 })
    expect(isVariant(image, size, { width: 60 })).toBe(true)
    const shown = await draw(image, size, { width: 30 }, limits)
    const { data, info } = await sharp(shown.parts[0])
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([30, 10])
    for (const corner of [data, data.subarray(29 * 3)]) expect(corner[0]).toBeGreaterThan(200)
    expect(data.subarray(-30 * 3)[2]).toBeGreaterThan(200)
    expect(data.subarray(-3)[1]).toBeGreaterThan(200)
  },
)

test('what is transparent becomes white in a JPEG, and stays transparent elsewhere', async () => {
  const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#0000' } })
    .png()
    .toBuffer()
  const image = { ...imageOf(clear), contentType: 'image/png' }
  const pixelOf = async (format: 'jpeg' | 'webp') => {
    const { parts } = await draw(image, { width: 8, height: 8 }, { format }, limits)
    return [...(await sharp(parts[0]).raw().toBuffer()).subarray(0, format === 'jpeg' ? 3 : 4)]
  }
  expect(await pixelOf('jpeg')).toEqual([255, 255, 255])
  expect((await pixelOf('webp'))[3]).toBe(0)
})

test('whatever its colours are stored as, it is drawn in sRGB of eight bits', async () => {
  const orange = sharp({ create: { width: 8, height: 8, channels: 3, background: '#c84020' } })
  const stored = {
    'image/jpeg': orange.clone().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 100 }),
    'image/png': orange.clone().toColourspace('rgb16').png(),
    'image/webp': orange.clone().withIccProfile('p3').webp({ lossless: true }),
  }
  for (const [contentType, drawn] of Object.entries(stored)) {
    const image = { ...imageOf(await drawn.toBuffer()), contentType }
    const { parts } = await draw(image, await sizeOf(image, 64), { format: 'png' }, limits)
    expect(await sharp(parts[0]).metadata()).toMatchObject({ space: 'srgb', depth: 'uchar', channels: 3 })
    const [red = 0, green = 0, blue = 0] = await sharp(parts[0]).raw().toBuffer()
    for (const [shown, meant] of [
      [red, 0xc8],
      [green, 0x40],
      [blue, 0x20],
    ] as const)
      expect(Math.abs(shown - meant), contentType).toBeLessThan(24)
  }
})

test('of a moving image the first frame is drawn', async () => {
  const colours = ['#f00', '#00f'].map(background =>
    sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer(),
  )
  const frames = await sharp(await Promise.all(colours), { join: { animated: true } })
    .gif()
    .toBuffer()
  const image = { ...imageOf(frames), contentType: 'image/gif' }
  const size = await sizeOf(image, 128)
  expect(size).toMatchObject({ width: 8, height: 8 })
  const { parts } = await draw(image, size, { format: 'png' }, limits)
  const shown = await sharp(parts[0]).metadata()
  expect([shown.width, shown.height]).toEqual([8, 8])
  expect([...(await sharp(parts[0]).removeAlpha().raw().toBuffer()).subarray(0, 3)]).toEqual([255, 0, 0])
})

test('what takes too long to draw is given up', async () => {
  const raw = { width: 4000, height: 4000, channels: 3 } as const
  const bytes = await sharp(randomBytes(raw.width * raw.height * raw.channels), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer()
  const image = { ...imageOf(bytes), contentType: 'image/png' }
  const drawing = draw(image, raw, { format: 'webp' }, { ...limits, seconds: 1 })
  await expect(drawing).rejects.toThrow('The image takes more than 1 s to draw so')
})

describe('drawings', () => {
  const never = new AbortController().signal
  const image = imageOf(Buffer.alloc(0))

  test('of the same are one, and others wait for one of two turns', async () => {
    const { drawings, begun, finish } = open()
    const all = ['a', 'a', 'b', 'c', 'a'].map(name => drawings.draw(name, begun(name), never))
    expect(begun.names).toEqual(['a', 'b'])
    finish('a')
    await all[0]
    await expect.poll(() => begun.names).toEqual(['a', 'b', 'c'])
    for (const name of ['b', 'c']) finish(name)
    expect(await Promise.all(all)).toEqual([image, image, image, image, image])
  })

  test('are not begun for those who have all left, and are for one who stays', async () => {
    const { drawings, begun, finish } = open()
    const busy = ['a', 'b'].map(name => drawings.draw(name, begun(name), never))
    const leaving = new AbortController()
    const left = ['c', 'c', 'd'].map(name => drawings.draw(name, begun(name), leaving.signal))
    const stayed = drawings.draw('d', begun('d'), never)
    leaving.abort(new Error('gone'))
    for (const one of left)
      await expect(one).rejects.toMatchObject({ name: 'TooManyDrawings', cause: new Error('gone') })
    for (const name of ['a', 'b']) finish(name)
    await Promise.all(busy)
    await expect.poll(() => begun.names).toEqual(['a', 'b', 'd'])
    finish('d')
    expect(await stayed).toBe(image)
  })

  test('that wait are so many at most, and no longer than so long', async () => {
    const { drawings, begun, finish } = open({ mostWaiting: 1, patience: 100 })
    const busy = ['a', 'b'].map(name => drawings.draw(name, begun(name), never))
    const waiting = drawings.draw('c', begun('c'), never)
    expect(() => drawings.draw('d', begun('d'), never)).toThrow(TooManyDrawings)
    await expect(waiting).rejects.toThrow(TooManyDrawings)
    expect(begun.names).toEqual(['a', 'b'])
    for (const name of ['a', 'b']) finish(name)
    await Promise.all(busy)
  })

  test('that take too long fail for whoever waits, and keep their turn as they cannot be stopped', async () => {
    const { drawings, begun, finish } = open({ mostAtOnce: 1, deadline: 100 })
    await expect(drawings.draw('a', begun('a'), never)).rejects.toThrow(UnfitImage)
    await expect(drawings.draw('a', begun('a'), never)).rejects.toThrow(UnfitImage)
    const next = drawings.draw('b', begun('b'), never)
    expect(begun.names).toEqual(['a'])
    finish('a')
    await expect.poll(() => begun.names).toEqual(['a', 'b'])
    finish('b')
    expect(await next).toBe(image)
  })

  /** Drawings that end when the test says so. */
  function open(bounds: DrawingQueueBounds = {}) {
    const drawings = new DrawingQueue<string, ImageFile>(bounds)
    const open = new Map<string, () => void>()
    const names: string[] = []
    const begun = Object.assign(
      (name: string) => () => {
        names.push(name)
        return new Promise<ImageFile>(resolve => open.set(name, () => resolve(image)))
      },
      { names },
    )
    return { drawings, begun, finish: (name: string) => open.get(name)?.() }
  }
})
