import type {
  Heat,
  HeatDifference,
  HeatGeometry,
  HeatGrid,
  HeatLayer,
  HeatPoints,
  HeatQuestion,
  Hotspot,
  ScrollBuckets,
} from './records.ts'

/** The vendor rounds to 0.01 of the width. */
const hundredths = 100
/** In CSS pixels: the vendor's trackers send coordinates and widths in steps of this (vendor source). */
const step = 16
/** The height of the vendor's buckets of scroll depth, in CSS pixels. */
const scrollStep = 100
/** With 100 columns these are 200,000 cells, for at least 32,000 pixels of a page. */
const mostRows = 2000
/** The numbers of columns whose cells contain equally many hundredths. */
const evenColumns = [100, 50, 25, 20, 10, 5, 4, 2, 1]
/** Narrower and wider windows are ignored when cells are sized, in CSS pixels. */
const [narrowestWidth, widestWidth] = [320, 1920]

/** The grid of a whole heat. By default it has as many columns as the coordinates allow without gaps. */
export function gridOf(heat: Heat, question: HeatQuestion, columns: number | null): HeatGrid {
  if (heat.kind === 'scroll') return scrollGrid(heat.buckets, question)
  const geometry = geometryOf(question, columns)
  const layer = (isFixed: number) => layerOf(heat.points, isFixed, geometry, question)
  return { question, ...geometry, ...layer(0), fixed: layer(1), fold: heat.fold, scroll: null }
}

/** A grid minus an earlier one of the same page and geometry. */
export function differenceOf(now: HeatGrid, before: HeatGrid): HeatDifference {
  const { question, columns, cellWidth, cellHeight, fixed } = now
  return {
    question,
    against: before.question.days,
    columns,
    cellWidth,
    cellHeight,
    ...subtract(now, before),
    fixed: fixed && before.fixed && subtract(fixed, before.fixed),
  }
}

/** The cells with the highest values, or for differences the largest absolute values; of equal ones the first. */
export function hotspotsOf({ values }: HeatLayer, geometry: HeatGeometry, top: number): readonly Hotspot[] {
  const { columns, cellHeight } = geometry
  return [...values.keys()]
    .filter(index => values[index] !== 0)
    .sort((one, other) => Math.abs(values[other] ?? 0) - Math.abs(values[one] ?? 0) || one - other)
    .slice(0, top)
    .map(index => {
      const [column, row] = [index % columns, Math.floor(index / columns)]
      const [x, y] = [(column + 0.5) / columns, (row + 0.5) * cellHeight]
      return { column, row, x, y, value: values[index] ?? 0 }
    })
}

/** Cells are about square for windows of the middle width, and no finer than coordinates. */
function geometryOf({ viewport: { min, max } }: HeatQuestion, asked: number | null): HeatGeometry {
  const narrowest = Math.min(Math.max(min ?? 0, narrowestWidth), max ?? widestWidth)
  const widest = Math.max(Math.min(max ?? widestWidth, widestWidth), narrowest)
  const columns = asked ?? evenColumns.find(count => narrowest / count >= step) ?? 1
  const cellHeight = Math.max(1, Math.round((narrowest + widest) / 2 / columns / step)) * step
  return { columns, cellWidth: 1 / columns, cellHeight }
}

/** For a point outside of the grid, in place of its cell. */
const outside = -1

function layerOf(
  { xs, ys, counts, fixed }: HeatPoints,
  isFixed: number,
  { columns, cellHeight }: HeatGeometry,
  { aggregation }: HeatQuestion,
): HeatLayer {
  const cells = new Int32Array(xs.length).fill(outside)
  let [total, leftOut, rows] = [0, 0, 0]
  for (let index = 0; index < xs.length; index++) {
    const [x, y, count] = [xs[index] ?? 0, ys[index] ?? 0, counts[index] ?? 0]
    if (fixed[index] !== isFixed || count === 0) continue
    total += count
    const row = Math.floor(y / cellHeight)
    if (x < 0 || x > hundredths || row < 0 || row >= mostRows) {
      leftOut += count
      continue
    }
    // In whole numbers: 0.29 * 100 is less than 29.
    const column = Math.min(columns - 1, Math.floor((x * columns) / hundredths))
    cells[index] = row * columns + column
    rows = Math.max(rows, row + 1)
  }
  const values = new Array<number>(rows * columns).fill(0)
  cells.forEach((cell, index) => {
    if (cell !== outside) values[cell] = (values[cell] ?? 0) + (counts[index] ?? 0)
  })
  return { rows, values, total: aggregation === 'total' ? total : null, leftOut }
}

/** One column; each row is the number of views that reached it. */
function scrollGrid({ depths, counts }: ScrollBuckets, question: HeatQuestion): HeatGrid {
  const ended = new Map<number, number>()
  let [total, rows] = [0, 0]
  depths.forEach((depth, index) => {
    const count = counts[index] ?? 0
    const row = Math.min(Math.max(0, Math.floor(depth / scrollStep)), mostRows - 1)
    total += count
    ended.set(row, (ended.get(row) ?? 0) + count)
    rows = Math.max(rows, row + 1)
  })
  const values: number[] = []
  let reached = total
  for (let row = 0; row < rows; row++) {
    values.push(reached)
    reached -= ended.get(row) ?? 0
  }
  return {
    question,
    columns: 1,
    cellWidth: 1,
    cellHeight: scrollStep,
    rows,
    values,
    total: question.aggregation === 'total' ? total : null,
    leftOut: 0,
    fixed: null,
    fold: null,
    scroll: values.map((reached, row) => ({ depth: row * scrollStep, reached })),
  }
}

function subtract(now: HeatLayer, before: HeatLayer): HeatLayer {
  const [longer] = [now.values, before.values].sort((one, other) => other.length - one.length)
  return {
    rows: Math.max(now.rows, before.rows),
    values: (longer ?? []).map((_, index) => (now.values[index] ?? 0) - (before.values[index] ?? 0)),
    total: now.total === null || before.total === null ? null : now.total - before.total,
    leftOut: now.leftOut - before.leftOut,
  }
}
