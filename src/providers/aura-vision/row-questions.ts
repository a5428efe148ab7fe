import { UpstreamError } from '../../upstream/error.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { narrowingName } from './narrowing.ts'
import type { RequestBounds } from './plan.ts'
import {
  type AuraHeatmap,
  type AuraHeatmapRow,
  type HeatmapFilter,
  type SpatialHeatmapType,
  spatialHeatmapTypes,
} from './wire.ts'

/** One row: all its own values, and the filter of the question that listed it, since that may change its image. */
export interface RowKey
  extends Omit<HeatmapFilter, 'start' | 'end'>,
    Pick<AuraHeatmap, 'locationId' | 'recordingId' | 'role' | 'age' | 'gender'> {
  readonly type: SpatialHeatmapType
  /** In UTC, as the row has it. */
  readonly createdAt: string
}

/** One request, and the rows that it finds. */
export interface RowQuestion {
  readonly keys: readonly RowKey[]
  readonly locationIds: readonly string[]
  readonly types: readonly SpatialHeatmapType[]
  readonly filter: HeatmapFilter
}

/**
 * Requests that find every row, each row in exactly one of them: few requests, but none that loads far too much. To save a
 * request, some days of one type of one location may be loaded in vain, and more of them if more rows are wanted.
 */
export function planRows(keys: readonly RowKey[], bounds: RequestBounds): readonly RowQuestion[] {
  return [...Map.groupBy(keys, narrowingName).values()].flatMap(group => {
    const worth = Math.max(leastWorth, group.length * worthOfOne)
    return split(group.map(toPoint), { ...bounds, worth }).map(toQuestion)
  })
}

/** The row that the key names. */
export function findRow(rows: readonly AuraHeatmapRow[], key: RowKey): AuraHeatmapRow | undefined {
  const names = ['locationId', 'recordingId', 'type', 'role', 'age', 'gender', 'createdAt'] as const
  return rows.find(row => names.every(name => row[name] === key[name]))
}

export function rowGone(): UpstreamError {
  return new UpstreamError('aura-vision', 'UPSTREAM_NOT_FOUND', 'aura-vision has this heatmap no more.')
}

export function rowName(key: RowKey): string {
  const { locationId, recordingId, type, role, age, gender, createdAt } = key
  return nameOf(narrowingName(key), locationId, recordingId, type, role, age, gender, createdAt)
}

/** A day of one type of one location has about a dozen rows, so a request costs as much as at least 600 rows. */
const [leastWorth, worthOfOne] = [50, 2]

interface Weights extends RequestBounds {
  /** The fixed cost of a request, in days of one location and type. */
  readonly worth: number
}

interface Point {
  readonly key: RowKey
  readonly locationId: string
  readonly type: string
  /** In days since 1970. */
  readonly time: number
}

function toPoint(key: RowKey): Point {
  const { locationId, type, createdAt } = key
  return { key, locationId, type, time: Date.parse(createdAt) / millisecondsOfDay }
}

const millisecondsOfDay = 86_400_000

/** A row's time may be finer than milliseconds, and a key's is not: the row lies between this millisecond and the next. */
const finest = 1

/** Divides the rows where that is cheapest, until no division makes the requests cheaper. */
function split(points: readonly Point[], weights: Weights): readonly (readonly Point[])[] {
  const whole = costOf(points, weights)
  let best: readonly (readonly Point[])[] | undefined
  let least = whole.isFeasible ? whole.cost : Number.POSITIVE_INFINITY
  for (const parts of cutsOf(points)) {
    const cost = parts.reduce((sum, part) => sum + costOf(part, weights).cost, 0)
    if (cost >= least) continue
    best = parts
    least = cost
  }
  return best ? best.flatMap(part => split(part, weights)) : [points]
}

/** In two along each axis, at a few positions, and in one part for each value of the axis. */
function* cutsOf(points: readonly Point[]): Generator<readonly (readonly Point[])[]> {
  for (const axis of ['locationId', 'type', 'time'] as const) {
    const groups = [...Map.groupBy(points, point => point[axis]).entries()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, group]) => group)
    if (groups.length < 2) continue
    yield groups
    for (const place of cutPlaces(axis, groups))
      yield [groups.slice(0, place).flat(), groups.slice(place).flat()]
  }
}

/** The middle, and for times the widest gaps. */
function cutPlaces(axis: 'locationId' | 'type' | 'time', groups: readonly (readonly Point[])[]): Set<number> {
  const middle = Math.ceil(groups.length / 2)
  if (axis !== 'time') return new Set([middle])
  const gaps = groups.slice(1).map((group, index) => ({
    place: index + 1,
    gap: (group[0]?.time ?? 0) - (groups[index]?.[0]?.time ?? 0),
  }))
  const widest = gaps.sort((one, other) => other.gap - one.gap).slice(0, 3)
  return new Set([middle, ...widest.map(({ place }) => place)])
}

/** In days of one location and type. Rows that fit into no request cost at least as many requests as they need. */
function costOf(points: readonly Point[], { maximumLocations, maximumDays, worth }: Weights) {
  const locations = new Set(points.map(({ locationId }) => locationId)).size
  const types = new Set(points.map(({ type }) => type)).size
  const days = lastOf(points) + finest / millisecondsOfDay - firstOf(points)
  const requests = Math.ceil(locations / maximumLocations) * Math.max(1, Math.ceil(days / maximumDays))
  return {
    isFeasible: requests === 1,
    cost: requests * worth + locations * types * (days + 1),
  }
}

function toQuestion(points: readonly Point[]): RowQuestion {
  const keys = points.map(({ key }) => key)
  const wanted = new Set(keys.map(({ type }) => type))
  const { roles, ages, genders, taxonomy } = keys[0] ?? {}
  return {
    keys,
    locationIds: [...new Set(keys.map(({ locationId }) => locationId))].sort(),
    types: spatialHeatmapTypes.filter(type => wanted.has(type)),
    filter: {
      start: new Date(Math.round(firstOf(points) * millisecondsOfDay)),
      end: new Date(Math.round(lastOf(points) * millisecondsOfDay) + finest),
      roles,
      ages,
      genders,
      taxonomy,
    },
  }
}

function firstOf(points: readonly Point[]): number {
  return points.reduce((first, { time }) => Math.min(first, time), Number.POSITIVE_INFINITY)
}

function lastOf(points: readonly Point[]): number {
  return points.reduce((last, { time }) => Math.max(last, time), Number.NEGATIVE_INFINITY)
}
