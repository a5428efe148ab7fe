import { setImmediate } from 'node:timers/promises'
import { hasWorkedLong } from '../../upstream/source/turns.ts'

/** Heat all over a picture, in samples at equal steps, row by row. */
export interface HeatField {
  readonly columns: number
  readonly rows: number
  readonly values: Float32Array
}

/** Points by columns: the n-th of each belongs to the n-th point. */
export interface HeatSpots {
  /** Shares of the picture's width and height, 0 to 1. */
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** Negative where there was less. */
  readonly values: Float64Array
}

/** In CSS pixels. */
export interface PageSize {
  readonly width: number
  readonly height: number
}

/** Between two samples, in CSS pixels. */
const usualStep = 4
/** 6 MB of numbers: on longer pages samples lie wider apart. */
const mostSamples = 1_500_000
/** Where a bell no longer shows, in its widths. */
const reach = 4

/**
 * Each spot becomes a bell as high as its value; bells add up. They are as wide as closes the gaps between coordinates, which
 * come in steps of 16 CSS pixels and of 0.01 of the width.
 */
export async function fieldOf({ xs, ys, values }: HeatSpots, page: PageSize): Promise<HeatField> {
  const { columns, rows } = samplesOf(page)
  const field = { columns, rows, values: new Float32Array(columns * rows) }
  for (const [index, value] of values.entries())
    drop(field, (xs[index] ?? 0) * columns - 0.5, (ys[index] ?? 0) * rows - 0.5, value)
  const width = Math.max(10, 0.006 * page.width)
  const across = bell(Math.max(1.5, (width * columns) / page.width))
  const down = bell(Math.max(1.5, (width * rows) / page.height))
  const blurred = await blur(field, across, { lines: rows, lineStep: columns, length: columns, step: 1 })
  const turned = { lines: columns, lineStep: 1, length: rows, step: columns }
  return { columns, rows, values: await blur({ ...field, values: blurred }, down, turned) }
}

export function samplesOf({ width, height }: PageSize): Pick<HeatField, 'columns' | 'rows'> {
  const step = Math.max(usualStep, Math.sqrt((width * height) / mostSamples))
  const count = (length: number) => Math.min(mostSamples / 2, Math.max(2, Math.ceil(length / step)))
  return { columns: count(width), rows: count(height) }
}

/** Shares a value among the four samples around a place, so that its middle stays where it is. */
function drop({ columns, rows, values }: HeatField, x: number, y: number, value: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  for (const [column, row, share] of [
    [left, top, (left + 1 - x) * (top + 1 - y)],
    [left + 1, top, (x - left) * (top + 1 - y)],
    [left, top + 1, (left + 1 - x) * (y - top)],
    [left + 1, top + 1, (x - left) * (y - top)],
  ] as const) {
    const at = clamp(row, rows) * columns + clamp(column, columns)
    values[at] = (values[at] ?? 0) + share * value
  }
}

function clamp(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1)
}

/** 1 in its middle. */
function bell(width: number): Float32Array {
  const radius = Math.ceil(reach * width)
  return Float32Array.from({ length: 2 * radius + 1 }, (_, at) =>
    Math.exp(-((at - radius) ** 2) / (2 * width ** 2)),
  )
}

interface Lines {
  readonly lines: number
  readonly lineStep: number
  readonly length: number
  readonly step: number
}

/** Lets others be served in between. */
async function blur(
  { values }: HeatField,
  bell: Float32Array,
  { lines, lineStep, length, step }: Lines,
): Promise<Float32Array> {
  const blurred = new Float32Array(values.length)
  const radius = (bell.length - 1) / 2
  for (let line = 0; line < lines; line++) {
    if (hasWorkedLong()) await setImmediate()
    const start = line * lineStep
    for (let at = 0; at < length; at++) {
      const value = values[start + at * step] ?? 0
      if (value === 0) continue
      const first = Math.max(0, at - radius)
      const last = Math.min(length - 1, at + radius)
      for (let to = first; to <= last; to++) {
        const target = start + to * step
        blurred[target] = (blurred[target] ?? 0) + value * (bell[to - at + radius] ?? 0)
      }
    }
  }
  return blurred
}
