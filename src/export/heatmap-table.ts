import { parse } from 'graphql'
import { z } from 'zod'
import type { Asking } from './ask-graph.ts'
import { askBatches } from './batches.ts'
import { dayAfter } from './days.ts'
import { partOfPlaces, type ReadPlace } from './place-part.ts'
import type { Place } from './places.ts'
import { field, type RecordField, readableOf, rowOf, selectionOf } from './record-fields.ts'
import type { Part, Table } from './table.ts'
import { TrafficBatch } from './traffic-batches.ts'

export interface HeatmapQuestion {
  readonly places: readonly Place[]
  readonly from: string
  readonly to: string
  /** In the graph's names. */
  readonly types: readonly string[]
  readonly mayReadPeople: boolean
}

const fields: readonly RecordField[] = [
  field('heatmap', 'text', { select: 'id' }),
  field('type', 'text'),
  field('createdAt', 'instant'),
  field('localTime', 'local'),
  field('recordingId', 'text'),
  field('image', 'text', { select: 'image { link }' }),
  field('role', 'text', { isPersonal: true }),
  field('age', 'text', { isPersonal: true }),
  field('gender', 'text', { isPersonal: true }),
]

/** One request to Aura Vision holds so many places and days. */
const [mostPlaces, mostDays] = [50, 31]

/** A row for each heatmap of a store's floor, with a link to its image. */
export function heatmapTable(question: HeatmapQuestion, asking: Asking): Table {
  const readable = readableOf(fields, question.mayReadPeople)
  return {
    columns: [field('location', 'text'), field('name', 'text'), field('timeZone', 'text'), ...readable],
    parts: partsOf(question, readable, asking),
  }
}

async function* partsOf(
  question: HeatmapQuestion,
  readable: readonly RecordField[],
  { calls, gone }: Asking,
): AsyncGenerator<Part> {
  const document =
    parse(`query ExportHeatmaps($ids: [ID!]!, $range: TimeRange!, $types: [SpatialHeatmapType!]!) {
    nodes(ids: $ids) { ... on Location { heatmaps(range: $range, types: $types) { ${selectionOf(readable)} } } }
  }`)
  const batches = [...batchesOf(question)]
  const isBulk = batches.length > 1
  const ask = ({ places, from, to }: TrafficBatch) => {
    const timeZone = places[0]?.timeZone ?? 'UTC'
    const range = { start: midnight(from, timeZone), end: midnight(to, timeZone) }
    return calls(document, { ids: places.map(({ id }) => id), range, types: question.types }, { isBulk })
  }
  for await (const asked of askBatches(batches, ask, { gone, isFirst: true }))
    yield partOfPlaces(asked, readHeatmaps(readable), unknown)
}

/** By time zone, since a batch has the same days for all of its places. */
function* batchesOf({ places, from, to }: HeatmapQuestion): Generator<TrafficBatch> {
  for (const alike of Map.groupBy(places, ({ timeZone }) => timeZone).values()) {
    for (let first = 0; first < alike.length; first += mostPlaces) {
      for (let start = from; start < to; start = dayAfter(start, mostDays)) {
        const end = dayAfter(start, mostDays)
        yield new TrafficBatch(alike.slice(first, first + mostPlaces), start, end < to ? end : to, 'HOURLY')
      }
    }
  }
}

function midnight(day: string, timeZone: string): string {
  return Temporal.PlainDate.from(day).toZonedDateTime(timeZone).toInstant().toString()
}

const unknown = 'Aura Vision does not know this location, so it has no heatmaps.'

const Location = z.object({ heatmaps: z.array(z.unknown()).nullable() }).nullish()

function readHeatmaps(readable: readonly RecordField[]): ReadPlace {
  return ({ id, name, timeZone }, node) =>
    Location.parse(node)?.heatmaps?.map(one => rowOf(one, readable, [id, name, timeZone]))
}
