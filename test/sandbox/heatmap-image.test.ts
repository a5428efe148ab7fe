import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { heatmapImage } from '../../src/sandbox/heatmap-image.ts'
import { pageImage } from '../../src/sandbox/page-image.ts'

describe('heatmapImage', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('has the size and the format asked for (%s)', async format => {
    const image = await sharp(await heatmapImage('shop', 320, 200, format)).metadata()
    expect(image).toMatchObject({ width: 320, height: 200, format })
  })

  it('is the same for the same seed and another for another seed', async () => {
    const first = await heatmapImage('a', 160, 100, 'png')
    expect(await heatmapImage('a', 160, 100, 'png')).toEqual(first)
    expect(await heatmapImage('b', 160, 100, 'png')).not.toEqual(first)
    expect(await pageImage('a', 160, 'png')).not.toEqual(await pageImage('b', 160, 'png'))
  })

  it.each([
    ['the plan of a store shows heat from cold to hot', true],
    ['a page shows none, as a browser takes it', false],
  ])('%s', async (_what, isHot) => {
    const image = await (isHot ? heatmapImage('heat', 480, 320, 'png') : pageImage('heat', 480, 'png', 320))
    const pixels = await sharp(image).removeAlpha().raw().toBuffer()
    const seen = { warm: 0, cold: 0, pale: 0 }
    for (let at = 0; at < pixels.length; at += 3) {
      const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3)
      if (red > 200 && blue < 120) seen.warm++
      if (blue > 180 && red < 100 && green > 100) seen.cold++
      if (Math.min(red, green, blue) > 200) seen.pale++
    }
    const share = (count: number) => count / (480 * 320)
    expect(share(seen.warm) > 0.005).toBe(isHot)
    expect(share(seen.cold) > 0.02).toBe(isHot)
    expect(share(seen.pale)).toBeGreaterThan(0.2)
  })

  it('draws tall pages and tiny images alike', async () => {
    const sizes = [
      [375, 4000],
      [16, 16],
    ] as const
    for (const [width, height] of sizes) {
      expect((await heatmapImage('size', width, height, 'jpeg')).length).toBeGreaterThan(100)
      expect((await pageImage('size', width, 'jpeg', height)).length).toBeGreaterThan(100)
    }
  })
})
