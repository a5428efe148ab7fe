import type { HeatQuestion } from '../../providers/posthog/records.ts'
import { type ColourScale, opacityAt, shadeAt } from './colouring.ts'
import { letterHeight, lettering, letterWidth } from './lettering.ts'
import type { OverlayHeat } from './overlay-heat.ts'
import type { PageHeat } from './page-heat.ts'
import { coloursOf } from './palettes.ts'

/** A strip below an image, so that it covers none of it. */
export interface Legend {
  readonly svg: Buffer
  /** In pixels. */
  readonly height: number
}

/** In dots. */
const width = 204
const [margin, barHeight, lineHeight] = [4, 6, letterHeight + 4]

/** Explains the colours: of which heat, days and windows; `density` is the number of pixels in a CSS pixel. */
export function legendOf(
  { outside }: Pick<PageHeat, 'outside'>,
  heat: OverlayHeat,
  scale: ColourScale,
  { imageWidth, density }: { readonly imageWidth: number; readonly density: number },
): Legend {
  const lines = linesOf(heat, outside)
  const ticks = margin + barHeight + 3
  const height = ticks + lineHeight * (lines.length + 1) + 1
  const dot = Math.min(2 * Math.max(1, density), imageWidth / width)
  const [pixelsWide, pixelsHigh] = [width, height].map(dots => Math.max(1, Math.round(dots * dot)))
  const texts = lines.map((line, index) => lettering(line, margin, ticks + lineHeight * (index + 1)))
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pixelsWide}" height="${pixelsHigh}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<linearGradient id="scale">${stopsOf(scale)}</linearGradient>`,
    `<rect x="${margin}" y="${margin}" width="${width - 2 * margin}" height="${barHeight}" fill="url(#scale)"/>`,
    `<path fill="#222" d="${ticksOf(scale, ticks)}${texts.join('')}"/></svg>`,
  ]
  return { svg: Buffer.from(svg.join('')), height: pixelsHigh ?? 1 }
}

const gradientSteps = 32

function stopsOf(scale: ColourScale): string {
  const colours = coloursOf(scale.palette)
  return Array.from({ length: gradientSteps + 1 }, (_, step) => {
    const place = scale.isDiverging ? (2 * step) / gradientSteps - 1 : step / gradientSteps
    const shade = 3 * shadeAt(place, scale)
    const colour = `rgb(${colours.subarray(shade, shade + 3).join()})`
    const opacity = opacityAt(place, scale).toFixed(3)
    return `<stop offset="${step / gradientSteps}" stop-color="${colour}" stop-opacity="${opacity}"/>`
  }).join('')
}

/** With a smaller scale, half of it is too rough when rounded: the middle has no number. */
const fewest = 8

/** The values at both ends and in the middle of the colour bar. */
function ticksOf({ most, isRooted, isDiverging }: ColourScale, top: number): string {
  const last = Math.round(most)
  const half = Math.round(most * (isRooted ? 0.25 : 0.5))
  const [low, middle, high] = isDiverging
    ? [printed(-last), '0', `+${printed(last)}`]
    : ['0', last < fewest ? '' : printed(half), printed(last)]
  const leftOf = (text: string, at: number) => (width - 2 * margin - text.length * letterWidth) * at + margin
  return (
    lettering(low, leftOf(low, 0), top) +
    lettering(middle, Math.round(leftOf(middle, 0.5)), top) +
    lettering(high, leftOf(high, 1), top)
  )
}

const names = {
  click: 'CLICKS AROUND A SPOT',
  rageClick: 'RAGE CLICKS AROUND A SPOT',
  mouseMove: 'MOUSE MOVES AROUND A SPOT',
  scrollDepth: 'VIEWS DOWN TO A ROW',
} as const

function linesOf({ question, before }: OverlayHeat, outside: number): readonly string[] {
  const { type, days, aggregation, viewport } = question
  return [
    names[type],
    ...(aggregation === 'uniqueVisitors' ? ['COUNTED BY VISITORS'] : []),
    printDays(days),
    ...(before ? [`AGAINST ${printDays(before.question.days)}`] : []),
    printWindows(viewport),
    ...(outside > 0 ? [`${printed(outside)} OUTSIDE OF THE IMAGE`] : []),
  ]
}

/** By first and last day, both included. */
function printDays({ from, to }: HeatQuestion['days']): string {
  const last = Temporal.PlainDate.from(to).subtract({ days: 1 }).toString()
  return last === from ? from : `${from} TO ${last}`
}

function printWindows({ min, max }: HeatQuestion['viewport']): string {
  if (min === null && max === null) return 'WINDOWS OF ALL WIDTHS'
  if (max === null) return `WINDOWS FROM ${min} PIXELS`
  return min === null ? `WINDOWS UP TO ${max} PIXELS` : `WINDOWS OF ${min} TO ${max} PIXELS`
}

function printed(value: number): string {
  return value.toLocaleString('en')
}
