import { z } from 'zod'
import type { Asked } from './batches.ts'
import { errorsByRow, failureOf } from './graph-errors.ts'
import type { Place } from './places.ts'
import type { Failure, Note, Part, Row } from './table.ts'
import type { TrafficBatch } from './traffic-batches.ts'

/** The rows of a place, read from the graph's data; undefined for a place that the vendor does not know. */
export type ReadPlace = (place: Place, node: unknown) => Iterable<Row> | undefined

/** The results of places that were asked together; `unknown` describes a place without rows. A dry run has no results. */
export function partOfPlaces(
  { batch: { places, from, to }, result, refusal }: Asked<TrafficBatch>,
  read: ReadPlace,
  unknown: string,
): Part {
  const ofPlace = ({ id, name }: Place) => ({ location: id, name, from, to })
  if (refusal)
    return { rows: [], failures: places.map(place => failureOf(refusal, ofPlace(place))), notes: [] }
  if (result.data == null) return { rows: [], failures: [], notes: [] }
  const errors = errorsByRow(result)
  const { nodes } = Nodes.parse(result.data)
  const rows: Iterable<Row>[] = []
  const failures: Failure[] = []
  const notes: Note[] = []
  for (const [index, place] of places.entries()) {
    const of = ofPlace(place)
    const [error] = errors.get(index) ?? errors.get(-1) ?? []
    // A row with a missing value would look like a row whose value was not reported.
    if (error) {
      failures.push(failureOf(error, of))
      continue
    }
    const found = read(place, nodes[index])
    if (found) rows.push(found)
    else if (place.isNamed) failures.push({ of, message: unknown, code: 'NOT_FOUND' })
    else notes.push({ of, message: unknown })
  }
  return { rows: joined(rows), failures, notes }
}

function* joined(all: readonly Iterable<Row>[]): Generator<Row> {
  for (const rows of all) yield* rows
}

/** A list of the graph's own, so its members need no further check. */
const Nodes = z.object({ nodes: z.custom<readonly unknown[]>(Array.isArray) })
