import { type DocumentNode, parse } from 'graphql'
import { z } from 'zod'
import { onFirstUse } from '../upstream/first-use.ts'
import type { Asking } from './ask-graph.ts'
import { askBatches } from './batches.ts'
import { partOfPlaces, type ReadPlace } from './place-part.ts'
import type { Place } from './places.ts'
import type { Cell, Column, Part, Row, Table } from './table.ts'
import { type Interval, TrafficBatch, trafficBatches } from './traffic-batches.ts'

export interface TrafficQuestion {
  readonly places: readonly Place[]
  readonly from: string
  readonly to: string
  readonly interval: Interval
  /** In the graph's names. */
  readonly metrics: readonly string[]
}

/** A row for each bucket of each place, with a column for each metric; null where nothing was reported. */
export function trafficTable(question: TrafficQuestion, asking: Asking): Table {
  return {
    columns: [...placeColumns, ...question.metrics.map(metricColumn)],
    parts: partsOf(question, asking),
  }
}

const placeColumns: readonly Column[] = [
  { name: 'location', type: 'text' },
  { name: 'name', type: 'text' },
  { name: 'brandId', type: 'count' },
  { name: 'timeZone', type: 'text' },
  { name: 'start', type: 'instant' },
  { name: 'localStart', type: 'local' },
]

function metricColumn(metric: string): Column {
  return {
    name: metric.toLowerCase().replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
    type: 'count',
  }
}

const documents = onFirstUse(async () => {
  const variables =
    '$ids: [ID!]!, $range: TrafficRange!, $interval: TrafficInterval, $metrics: [TrafficMetric!]!'
  const asked = 'traffic(range: $range, interval: $interval, metrics: $metrics)'
  return {
    // All metrics have the same starts, so only the first one's are read.
    columns: parse(`query ExportTraffic(${variables}, $first: [TrafficMetric!]!) {
      nodes(ids: $ids) {
        ... on Location {
          axis: traffic(range: $range, interval: $interval, metrics: $first) { columns { starts localStarts } }
          ${asked} { columns { start values } }
        }
      }
    }`),
    points: parse(`query ExportTrafficPoints(${variables}) {
      nodes(ids: $ids) { ... on Location { ${asked} { points { at localAt value } } } }
    }`),
  }
})

async function* partsOf(question: TrafficQuestion, { calls, gone }: Asking): AsyncGenerator<Part> {
  const { places, interval, metrics } = question
  const { columns, points } = await documents()
  const batches = [...trafficBatches(places, question)]
  const isBulk = batches.length > 1
  const askBy = (document: DocumentNode) => (batch: TrafficBatch) => {
    const ids = batch.places.map(({ id }) => id)
    const range = { local: { start: batch.from, end: batch.to } }
    const first = document === columns ? { first: metrics.slice(0, 1) } : {}
    return calls(document, { ids, range, interval, metrics, ...first }, { isBulk })
  }
  const askPoints = askBy(points)
  const isZoned = ({ places: [place] }: TrafficBatch) => place !== undefined && place.timeZone !== null
  const askOne = (batch: TrafficBatch) => (isZoned(batch) ? askBy(columns) : askPoints)(batch)
  for await (const asked of askBatches(batches, askOne, { gone, isFirst: true })) {
    if (!isZoned(asked.batch)) {
      yield partOfPlaces(asked, readPoints, uncounted)
      continue
    }
    const unequal: Place[] = []
    yield partOfPlaces(
      asked,
      readColumns(place => unequal.push(place)),
      uncounted,
    )
    if (unequal.length === 0) continue
    const { from, to } = asked.batch
    const batch = new TrafficBatch(unequal, from, to, interval)
    for await (const again of askBatches([batch], askPoints, { gone, isFirst: false }))
      yield partOfPlaces(again, readPoints, uncounted)
  }
}

const uncounted = 'Analytiks does not know this location, so it has no traffic.'

/** Lists of the graph's own, so their members need no further check. */
const listOf = <Value>() => z.custom<readonly Value[]>(Array.isArray)

const Columns = z.object({
  axis: z
    .tuple([
      z.object({ columns: z.object({ starts: listOf<string>(), localStarts: listOf<string>() }).nullable() }),
    ])
    .nullable(),
  traffic: z
    .array(z.object({ columns: z.object({ start: z.string(), values: listOf<number | null>() }).nullable() }))
    .nullable(),
})
const Points = z.object({
  traffic: z
    .array(
      z.object({
        points: z.array(
          z.object({ at: z.string().nullable(), localAt: z.string().nullable(), value: z.number() }),
        ),
      }),
    )
    .nullable(),
})

/** Calls `unequal` for a place whose metrics have different starts: a camera may report between two steps. */
function readColumns(unequal: (place: Place) => void): ReadPlace {
  return (place, node) => {
    const { axis, traffic } = Columns.parse(node)
    if (!axis || !traffic) return undefined
    const [{ columns: times }] = axis
    const lists = traffic.flatMap(({ columns }) => columns ?? [])
    const isEqual =
      times &&
      lists.length === traffic.length &&
      lists.every(({ start }) => start === (times.starts[0] ?? start))
    if (isEqual)
      return rowsOfColumns(
        place,
        times,
        lists.map(({ values }) => values),
      )
    unequal(place)
    return []
  }
}

/** Leaves out buckets that have not begun. */
function* rowsOfColumns(
  place: Place,
  { starts, localStarts }: { readonly starts: readonly string[]; readonly localStarts: readonly string[] },
  lists: readonly (readonly (number | null)[])[],
): Generator<Row> {
  const now = new Date().toISOString()
  const { id, name, brandId, timeZone } = place
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] ?? ''
    if (start > now) return
    const row: Cell[] = [id, name, brandId, timeZone, start, localStarts[index] ?? null]
    for (const values of lists) row.push(values[index] ?? null)
    yield row
  }
}

/** For a place without a time zone, only reported buckets are known. */
const readPoints: ReadPlace = (place, node) => {
  const { traffic } = Points.parse(node)
  if (!traffic) return undefined
  const times = new Map<
    string,
    { readonly at: string | null; readonly localAt: string | null; readonly values: (number | null)[] }
  >()
  for (const [metric, { points }] of traffic.entries()) {
    for (const { at, localAt, value } of points) {
      const row = times.getOrInsertComputed(`${at ?? localAt}`, () => ({
        at,
        localAt,
        values: traffic.map(() => null),
      }))
      row.values[metric] = value
    }
  }
  const inOrder = [...times].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return inOrder.map(([, { at, localAt, values }]) => [...cellsOf(place), at, localAt, ...values])
}

function cellsOf({ id, name, brandId, timeZone }: Place): Row {
  return [id, name, brandId, timeZone]
}
