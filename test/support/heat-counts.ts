import {
  type Interaction,
  type InteractionType,
  interactionsOf,
} from '../../src/sandbox/posthog-interactions.ts'
import { sites } from '../../src/sandbox/world.ts'

const [shop] = sites

/** What of a grid is compared. */
export interface Grid extends Cells {
  readonly columns: number
  readonly cellHeight: number
  readonly fixed: Cells | null
}

interface Cells {
  readonly values: readonly number[]
  readonly total: number | null
}

/** What is counted, in the words of the vendor's trackers. */
export interface Counted {
  readonly type: InteractionType
  readonly viewport: { readonly min?: number; readonly max?: number }
  readonly aggregation: 'TOTAL' | 'UNIQUE_VISITORS'
}

export interface Counts {
  readonly cells: ReadonlyMap<string, number>
  readonly fixed: ReadonlyMap<string, number>
  readonly total: number | null
  readonly fixedTotal: number | null
}

/** What is in each cell, by column and row, from what the graph says. */
export function read({ columns, values, total, fixed }: Grid): Counts {
  const cellsOf = (values: readonly number[]) =>
    new Map(
      values.flatMap((value, index) =>
        value === 0 ? [] : [[`${index % columns} ${Math.floor(index / columns)}`, value] as const],
      ),
    )
  return {
    cells: cellsOf(values),
    fixed: cellsOf(fixed?.values ?? []),
    total,
    fixedTotal: fixed?.total ?? null,
  }
}

/** The same, interaction by interaction. */
export function countsOf(
  { type, viewport, aggregation }: Counted,
  path: string,
  days: { readonly from: string; readonly to: string },
  { columns, cellHeight }: Grid,
): Counts {
  const seen = interactions(type, path, days).filter(one => {
    const { min = 0, max = 100_000 } = viewport
    const isIn = one.viewportWidth >= Math.round(min / 16) && one.viewportWidth <= Math.round(max / 16)
    return isIn && !(one.x === 0 && one.y === 0)
  })
  const counted = new Set<string>()
  const layers = { moving: new Map<string, number>(), fixed: new Map<string, number>() }
  for (const { x, y, viewportWidth, fixed, visitor } of seen) {
    const hundredth = Math.round((x / viewportWidth) * 100)
    const point = `${hundredth} ${y} ${fixed} ${visitor}`
    if (aggregation === 'UNIQUE_VISITORS' && counted.has(point)) continue
    counted.add(point)
    // The borders between columns that lie left of it.
    const column = Array.from({ length: columns - 1 }, (_, border) => border + 1).filter(
      border => border * 100 <= hundredth * columns,
    ).length
    const cell = `${column} ${Math.floor((y * 16) / cellHeight)}`
    const layer = fixed ? layers.fixed : layers.moving
    layer.set(cell, (layer.get(cell) ?? 0) + 1)
  }
  const totalOf = (isFixed: boolean) =>
    aggregation === 'TOTAL' ? seen.filter(({ fixed }) => fixed === isFixed).length : null
  return {
    cells: layers.moving,
    fixed: layers.fixed,
    total: totalOf(false),
    fixedTotal: totalOf(true),
  }
}

export function minus(now: Counts, before: Counts): Counts {
  const less = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>) =>
    new Map(
      [...new Set([...one.keys(), ...other.keys()])].flatMap(cell => {
        const value = (one.get(cell) ?? 0) - (other.get(cell) ?? 0)
        return value === 0 ? [] : [[cell, value] as const]
      }),
    )
  const difference = (one: number | null, other: number | null) =>
    one === null || other === null ? null : one - other
  return {
    cells: less(now.cells, before.cells),
    fixed: less(now.fixed, before.fixed),
    total: difference(now.total, before.total),
    fixedTotal: difference(now.fixedTotal, before.fixedTotal),
  }
}

export function interactions(
  type: InteractionType,
  path: string,
  { from, to }: { readonly from: string; readonly to: string },
): Interaction[] {
  const [first, end] = [from, to].map(day => Date.parse(day) / 86_400_000)
  const found: Interaction[] = []
  for (let day = first ?? 0; day < (end ?? 0); day++)
    if (shop) found.push(...interactionsOf(shop, path, type, day))
  return found
}
