import { inTurns } from './in-turns.ts'

/** Heat over an image, in samples at equal distances, row by row. */
export interface HeatField {
  readonly columns: number
  readonly rows: number
  readonly values: Float32Array
}

/** Points by columns: the n-th of each belongs to the n-th point. */
export interface HeatSpots {
  /** Shares of the image's width and height, 0 to 1. */
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** Negative where heat decreased. */
  readonly values: Float64Array
}

/** In CSS pixels. */
export interface PageSize {
  readonly width: number
  readonly height: number
}

/** Between two samples, in CSS pixels. */
const usualStep = 4
/** 6 MB of numbers: samples of longer pages lie farther apart. */
const mostSamples = 1_500_000
/** The distance at which a bell is no longer visible, in multiples of its width. */
const reach = 4

/**
 * Turns each spot into a bell as high as its value; bells add up. They are wide enough to close the gaps between coordinates,
 * which come in steps of 16 CSS pixels and of 0.01 of the width.
 */
export async function fieldOf({ xs, ys, values }: HeatSpots, page: PageSize): Promise<HeatField> {
  const { columns, rows } = samplesOf(page)
  const field = { columns, rows, values: new Float32Array(columns * rows) }
  await inTurns(values.length, 10_000, (start, end) => {
    for (let index = start; index < end; index++)
      drop(field, (xs[index] ?? 0) * columns - 0.5, (ys[index] ?? 0) * rows - 0.5, values[index] ?? 0)
  })
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

/** Divides a value among the four samples around its position, so that its centre stays the same. */
function drop(field: HeatField, x: number, y: number, value: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [right, below] = [x - left, y - top]
  add(field, left, top, value * (1 - right) * (1 - below))
  add(field, left + 1, top, value * right * (1 - below))
  add(field, left, top + 1, value * (1 - right) * below)
  add(field, left + 1, top + 1, value * right * below)
}

function add({ columns, rows, values }: HeatField, column: number, row: number, value: number): void {
  const at = clamp(row, rows) * columns + clamp(column, columns)
  values[at] = (values[at] ?? 0) + value
}

function clamp(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1)
}

/** 1 at its centre. */
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

async function blur(
  { values }: HeatField,
  bell: Float32Array,
  { lines, lineStep, length, step }: Lines,
): Promise<Float32Array> {
  const blurred = new Float32Array(values.length)
  const radius = (bell.length - 1) / 2
  await inTurns(lines, Math.ceil(10_000 / length), (firstLine, endLine) => {
    for (let line = firstLine; line < endLine; line++) {
      const start = line * lineStep
      for (let at = 0; at < length; at++) {
        const value = values[start + at * step] ?? 0
        if (value === 0) continue
        const last = Math.min(length - 1, at + radius)
        for (let to = Math.max(0, at - radius); to <= last; to++) {
          const target = start + to * step
          blurred[target] = (blurred[target] ?? 0) + value * (bell[to - at + radius] ?? 0)
        }
      }
    }
  })
  return blurred
}
