import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { drawOverlay } from '../../src/images/overlay/draw-overlay.ts'
import { fieldOf } from '../../src/images/overlay/heat-field.ts'
import { coloursOf, shades } from '../../src/images/overlay/palettes.ts'
import { type Palette, palettes } from '../../src/images/references.ts'
import type { Size } from '../../src/images/resizing.ts'
import { gridOf } from '../../src/providers/posthog/heat-grid.ts'
import type { Heat, HeatQuestion } from '../../src/providers/posthog/records.ts'
import { propertyRuns } from '../support/property-runs.ts'

const question: HeatQuestion = {
  page: 'https://shop.example.com/',
  type: 'click',
  days: { from: '2026-11-21', to: '2026-11-28' },
  viewport: { min: null, max: null },
  aggregation: 'total',
}
const limits = { maximumPixels: 100_000_000 }

/** As trackers send them: hundredths of the width, and steps of 16 pixels. */
const points = (height: number) =>
  fc.array(
    fc.record({
      x: fc.nat(100),
      y: fc.nat(Math.floor(height / 16) - 1).map(step => step * 16),
      count: fc.integer({ min: 1, max: 50 }),
    }),
    { minLength: 1, maxLength: 12 },
  )

const pages = fc
  .record({ width: fc.integer({ min: 320, max: 700 }), height: fc.integer({ min: 200, max: 900 }) })
  .chain(page => fc.record({ page: fc.constant(page), spots: points(page.height) }))

test('heat is in the pixels where the grid has some, in none far from it, and hottest where it adds up most', async () => {
  await fc.assert(
    fc.asyncProperty(pages, fc.constantFrom(20, 50, 100), async ({ page, spots }, columns) => {
      const heat = heatOf(spots)
      const { values, cellHeight } = gridOf(heat, question, columns)
      const { pixels, hottest } = await drawnOnWhite(page, heat)
      const reach = 4 * spreadOn(page) + 12
      const cellWidth = page.width / columns
      const cells = [...values.entries()].flatMap(([index, value]) => {
        const [left, top] = [(index % columns) * cellWidth, Math.floor(index / columns) * cellHeight]
        return value === 0 ? [] : [{ left, top, right: left + cellWidth, bottom: top + cellHeight }]
      })
      const isIn = (cell: (typeof cells)[number], { x, y }: Place, beyond: number) =>
        x >= cell.left - beyond &&
        x <= cell.right + beyond &&
        y >= cell.top - beyond &&
        y <= cell.bottom + beyond
      expect(cells.filter(cell => !pixels.some(pixel => isIn(cell, pixel, 1)))).toEqual([])
      expect(pixels.filter(pixel => !cells.some(cell => isIn(cell, pixel, reach)))).toEqual([])
      const most = Math.max(...spots.map(spot => simpleSum(spots, toPixel(spot, page), page)))
      expect(simpleSum(spots, hottest, page)).toBeGreaterThan(0.7 * most)
    }),
    { numRuns: propertyRuns(4) },
  )
})

test('the field is, sample by sample, the sum of a bell for each spot', async () => {
  await fc.assert(
    fc.asyncProperty(pages, async ({ page, spots }) => {
      const { columns, rows, values } = await fieldOf(
        {
          xs: Float64Array.from(spots, ({ x }) => x / 100),
          ys: Float64Array.from(spots, ({ y }) => y / page.height),
          values: Float64Array.from(spots, ({ count }) => count),
        },
        page,
      )
      const highest = spots.reduce((sum, { count }) => sum + count, 0)
      let error = 0
      for (let index = 0; index < values.length; index += 7) {
        const x = (((index % columns) + 0.5) * page.width) / columns
        const y = ((Math.floor(index / columns) + 0.5) * page.height) / rows
        // A spot at the edge of the page is moved by half a sample.
        if (Math.min(x, y, page.width - x, page.height - y) < 48) continue
        error = Math.max(error, Math.abs((values[index] ?? 0) - simpleSum(spots, { x, y }, page)))
      }
      expect(error).toBeLessThan(0.05 * highest)
    }),
    { numRuns: propertyRuns(6) },
  )
})

test('a page of a hundred million pixels takes no more samples than others, and lets others be served', async () => {
  const count = 50_000
  const spots = {
    xs: new Float64Array(count).fill(0.5),
    ys: Float64Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 0.5 : index / count)),
    values: new Float64Array(count).fill(3),
  }
  let [turns, isOver] = [0, false]
  const turn = () => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const { columns, rows, values } = await fieldOf(spots, { width: 1000, height: 100_000 })
  isOver = true
  expect(turns).toBeGreaterThan(2)
  expect(columns * rows).toBeLessThan(1_600_000)
  const hottest = values.indexOf(values.reduce((one, other) => Math.max(one, other)))
  expect(Math.abs(Math.floor(hottest / columns) / rows - 0.5)).toBeLessThan(0.001)
})

test.each([
  ['of another format', (page: Sharp) => page.png()],
  ['that lies on its side', (page: Sharp) => page.rotate(90).withMetadata({ orientation: 8 }).jpeg()],
  ['of other colours', (page: Sharp) => page.withIccProfile('p3').jpeg({ quality: 95 })],
  ['in grey', (page: Sharp) => page.greyscale().jpeg()],
])('a screenshot %s is drawn upright under its heat', async (_what, store) => {
  const blank = sharp({ create: { width: 400, height: 300, channels: 3, background: '#fff' } })
  const bar = { create: { width: 400, height: 100, channels: 3, background: '#333' } } as const
  const upright = await blank
    .composite([{ input: bar, left: 0, top: 0 }])
    .png()
    .toBuffer()
  const bytes = await store(sharp(upright)).toBuffer()
  const heat = {
    kind: 'points',
    fold: null,
    points: { xs: [50], ys: [240], counts: [3], fixed: [0] },
  } as const
  const drawn = await drawOverlay(
    {
      image: { parts: [bytes], byteLength: bytes.byteLength, contentType: 'image/jpeg', etag: '"page"' },
      size: { width: 400, height: 300 },
      recordedWidth: 400,
    },
    { question, heat, before: null },
    { format: 'png', opacity: 1 },
    limits,
  )
  const { data, info } = await sharp(drawn.parts[0]).raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 400, channels: 3 })
  const at = (x: number, y: number) => [...data.subarray((y * 400 + x) * 3, (y * 400 + x) * 3 + 3)]
  for (const value of at(200, 50)) expect(Math.abs(value - 0x33)).toBeLessThan(6)
  for (const value of at(200, 150)) expect(value).toBeGreaterThan(249)
  expect(at(200, 240)[2]).toBeLessThan(60)
})

describe.each([...palettes.sequential, ...palettes.diverging])('the palette %s', palette => {
  const isDiverging = palettes.diverging.some(diverging => diverging === palette)

  test.each(Object.entries(sights()))('gets lighter from end to end (%s)', (_sight, see) => {
    const lightness = lightnessOf(palette, see)
    const [first, second] = isDiverging
      ? [lightness.slice(0, shades / 2), lightness.slice(shades / 2).reverse()]
      : [lightness, lightness]
    for (const rising of [first, second]) {
      expect(rising.filter((light, index) => index >= 4 && light <= (rising[index - 4] ?? 0))).toEqual([])
      expect((rising.at(-1) ?? 0) - (rising[0] ?? 0)).toBeGreaterThan(55)
    }
  })
})

test('what is less is told from what is more with any sight', () => {
  const colours = coloursOf('blue-orange')
  for (const see of Object.values(sights())) {
    for (const distance of [40, 80, 120]) {
      const [less, more] = [127 - distance, 128 + distance].map(shade =>
        see([...colours.subarray(3 * shade, 3 * shade + 3)].map(linear)),
      )
      const apart = [0, 1, 2].map(channel => (more?.[channel] ?? 0) - (less?.[channel] ?? 0))
      expect(Math.hypot(...apart)).toBeGreaterThan(0.15)
    }
  }
})

function heatOf(spots: readonly { x: number; y: number; count: number }[]): Heat {
  const points = {
    xs: spots.map(({ x }) => x),
    ys: spots.map(({ y }) => y),
    counts: spots.map(({ count }) => count),
    fixed: spots.map(() => 0),
  }
  return { kind: 'points', points, fold: null }
}

interface Place {
  readonly x: number
  readonly y: number
}

/** The pixels of the page that are not white, without its legend, and the one nearest to the end of the palette. */
async function drawnOnWhite(page: Size, heat: Heat): Promise<{ pixels: Place[]; hottest: Place }> {
  const white = await sharp({ create: { ...page, channels: 3, background: '#fff' } })
    .png()
    .toBuffer()
  const image = { parts: [white], byteLength: white.byteLength, contentType: 'image/png', etag: '"white"' }
  const { parts } = await drawOverlay(
    { image, size: page, recordedWidth: page.width },
    { question, heat, before: null },
    { palette: 'viridis', opacity: 1, format: 'png' },
    limits,
  )
  const { data, info } = await sharp(parts[0]).raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: page.width, channels: 3 })
  const pixels: Place[] = []
  let [hottest, least] = [{ x: -1, y: -1 }, 256]
  for (let index = 0; index < page.width * page.height; index++) {
    const [red = 0, green = 0, blue = 0] = data.subarray(index * 3, index * 3 + 3)
    if (Math.min(red, green, blue) > 250) continue
    const pixel = { x: (index % page.width) + 0.5, y: Math.floor(index / page.width) + 0.5 }
    pixels.push(pixel)
    // Yellow has the least blue of all.
    if (green < 180 || blue >= least) continue
    ;[hottest, least] = [pixel, blue]
  }
  return { pixels, hottest }
}

function spreadOn({ width }: Pick<Size, 'width'>): number {
  return Math.max(10, 0.006 * width)
}

function toPixel({ x, y }: Place, { width }: Pick<Size, 'width'>): Place {
  return { x: (x * width) / 100, y }
}

function simpleSum(
  spots: readonly { x: number; y: number; count: number }[],
  at: Place,
  page: Pick<Size, 'width'>,
): number {
  const spread = spreadOn(page)
  return spots.reduce((sum, spot) => {
    const { x, y } = toPixel(spot, page)
    return sum + spot.count * Math.exp(-((x - at.x) ** 2 + (y - at.y) ** 2) / (2 * spread ** 2))
  }, 0)
}

type Sight = (linear: readonly number[]) => readonly number[]

/** How colours are seen, in linear light (Machado, Oliveira and Fernandes, 2009, by severity 1). */
function sights(): Readonly<Record<string, Sight>> {
  const by =
    (rows: readonly (readonly number[])[]): Sight =>
    colour =>
      rows.map(row => row.reduce((sum, factor, channel) => sum + factor * (colour[channel] ?? 0), 0))
  return {
    'all colours': colour => colour,
    'without red': by([
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ]),
    'without green': by([
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ]),
    'without blue': by([
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ]),
  }
}

function linear(value: number): number {
  const part = value / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

/** L* of each shade, 0 to 100. */
function lightnessOf(palette: Palette, see: Sight): number[] {
  const colours = coloursOf(palette)
  return Array.from({ length: shades }, (_, shade) => {
    const [red = 0, green = 0, blue = 0] = see([...colours.subarray(3 * shade, 3 * shade + 3)].map(linear))
    const luminance = Math.max(0, 0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance
  })
}

test('a page with more pixels than are drawn is drawn narrower, its heat in place', async () => {
  const size = { width: 600, height: 2400 }
  const blank = await sharp({ create: { ...size, channels: 3, background: '#fff' } })
    .jpeg()
    .toBuffer()
  const image = { parts: [blank], byteLength: blank.byteLength, contentType: 'image/jpeg', etag: '"blank"' }
  const heat = heatOf([{ x: 50, y: 1800, count: 9 }])
  const drawn = async (mostDrawn: number) => {
    const { parts } = await drawOverlay(
      { image, size, recordedWidth: size.width },
      { question, heat, before: null },
      { format: 'png', opacity: 1 },
      { ...limits, mostDrawn },
    )
    return sharp(parts[0]).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  }
  expect((await drawn(600 * 2400)).info.width).toBe(600)
  const { data, info } = await drawn(150 * 600)
  expect(info.width).toBe(150)
  const at = (x: number, y: number) => [
    ...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3),
  ]
  expect(Math.min(...at(75, 450))).toBeLessThan(100)
  for (const [x, y] of [
    [75, 300],
    [20, 450],
    [75, 580],
  ] as const)
    expect(at(x, y)).toEqual([255, 255, 255])
})

test('what is low on a tall page that is drawn narrower lies as far down as its width says', async () => {
  const size = { width: 60, height: 4000 }
  const blank = await sharp({ create: { ...size, channels: 3, background: '#fff' } })
    .jpeg()
    .toBuffer()
  const image = { parts: [blank], byteLength: blank.byteLength, contentType: 'image/jpeg', etag: '"tall"' }
  const { parts } = await drawOverlay(
    { image, size, recordedWidth: size.width },
    { question, heat: heatOf([{ x: 50, y: 3600, count: 9 }]), before: null },
    { format: 'png', opacity: 1 },
    { ...limits, mostDrawn: 59_600 },
  )
  const { data, info } = await sharp(parts[0]).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  expect(info.width).toBe(29)
  const yellow = Array.from({ length: 1900 }, (_, y) => y).filter(y => {
    const [red = 0, , blue = 255] = data.subarray(3 * (y * info.width + 14))
    return red > 200 && blue < 80
  })
  const middle = yellow.reduce((sum, y) => sum + y + 0.5, 0) / yellow.length
  expect(Math.abs(middle - (3600 * info.width) / size.width)).toBeLessThan(1)
})
