import { differenceOf, gridOf } from '../../providers/posthog/heat-grid.ts'
import type { Heat, HeatPoints } from '../../providers/posthog/records.ts'
import { fieldOf, type HeatField, type HeatSpots, type PageSize, samplesOf } from './heat-field.ts'
import { inTurns } from './in-turns.ts'
import type { OverlayHeat } from './overlay-heat.ts'

/** Heat positioned on a page, with the meaning of its colours. */
export interface PageHeat {
  readonly field: HeatField
  /** The value of the last colour. The first colour is 0, or its negative for a difference. */
  readonly most: number
  /** Colours follow the square root of values, so that rarely pressed spots stay visible beside the most pressed ones. */
  readonly isRooted: boolean
  /** How many interactions lie beside or below the page, and are not drawn. */
  readonly outside: number
}

/** The heat of a page of that size. */
export async function heatOn(page: PageSize, heat: OverlayHeat): Promise<PageHeat> {
  if (heat.heat.kind === 'scroll') return scrollOn(page, heat)
  const parts = [
    { points: pointsOf(heat.heat), sign: 1 },
    ...(heat.before ? [{ points: pointsOf(heat.before.heat), sign: -1 }] : []),
  ]
  const { spots, outside } = place(page, parts)
  const field = await fieldOf(spots, page)
  return { field, most: await mostOf(field.values), isRooted: true, outside }
}

/** Rows of the vendor's height, over the whole width. */
async function scrollOn(page: PageSize, { heat, question, before }: OverlayHeat): Promise<PageHeat> {
  const now = gridOf(heat, question, null)
  const { values, cellHeight } = before ? differenceOf(now, gridOf(before.heat, before.question, null)) : now
  const [columns, { rows }] = [2, samplesOf(page)]
  const rowOf = (sample: number) => Math.floor(((sample + 0.5) * page.height) / rows / cellHeight)
  const field = Float32Array.from(
    { length: columns * rows },
    (_, index) => values[rowOf(Math.floor(index / columns))] ?? 0,
  )
  return {
    field: { columns, rows, values: field },
    most: await mostOf(Float32Array.from(values)),
    isRooted: false,
    outside: 0,
  }
}

function pointsOf(heat: Heat): HeatPoints {
  return heat.kind === 'points' ? heat.points : { xs: [], ys: [], counts: [], fixed: [] }
}

interface SignedPoints {
  readonly points: HeatPoints
  readonly sign: number
}

/** Fixed elements lie on the first screen, where the screenshot shows them. */
function place(
  { height }: PageSize,
  parts: readonly SignedPoints[],
): { readonly spots: HeatSpots; readonly outside: number } {
  const length = parts.reduce((sum, { points }) => sum + points.counts.length, 0)
  const [xs, ys, values] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)]
  let [next, outside] = [0, 0]
  for (const { points, sign } of parts) {
    for (let index = 0; index < points.counts.length; index++) {
      const count = points.counts[index] ?? 0
      const [x, y] = [(points.xs[index] ?? 0) / 100, (points.ys[index] ?? 0) / height]
      if (x < 0 || x > 1 || y < 0 || y > 1) {
        outside += count
        continue
      }
      xs[next] = x
      ys[next] = y
      values[next++] = sign * count
    }
  }
  return { spots: { xs, ys, values }, outside }
}

/** At least one: smaller values are only rounding errors of differences. */
async function mostOf(values: Float32Array): Promise<number> {
  let most = 1
  await inTurns(values.length, 100_000, (start, end) => {
    for (let index = start; index < end; index++) most = Math.max(most, Math.abs(values[index] ?? 0))
  })
  return most
}
