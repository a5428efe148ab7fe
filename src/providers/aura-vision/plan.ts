import { type SpatialHeatmapType, spatialHeatmapTypes } from './wire.ts'

/** The bounds of one request. */
export interface RequestBounds {
  readonly maximumLocations: number
  readonly maximumDays: number
}

/** One type of one location, with some filter in some window. */
export interface Cell {
  readonly locationId: string
  readonly type: SpatialHeatmapType
}

/** One request: every type of every location, so it may contain unwanted cells. */
export interface HeatmapRequest {
  readonly locationIds: readonly string[]
  readonly types: readonly SpatialHeatmapType[]
}

/** Half-open. */
export interface Window {
  readonly start: Date
  readonly end: Date
}

/**
 * How many unwanted cells are accepted to save one request. Fifty are one unwanted type for as many locations as a request holds
 * by default. Requests are scarce, but more unwanted rows than that cost more than a request.
 */
export const cellsWorthOneRequest = 50

/**
 * Requests that contain every wanted cell exactly once: never more than separate requests for each set of types, and at most
 * `cellsWorthOneRequest` unwanted cells for each saved request. A location is in one request only. The same cells make the same
 * requests, in any order.
 */
export function planRequests(
  wanted: readonly Cell[],
  { maximumLocations }: Pick<RequestBounds, 'maximumLocations'>,
): readonly HeatmapRequest[] {
  const places = inOrder(wanted)
  // A request is a run of neighbours. plans[i] is the cheapest for the locations from i on.
  const plans = new Array<Plan | undefined>(places.length)
  for (let first = places.length - 1; first >= 0; first--) {
    const end = first + maximumLocations
    plans[first] = cheapestPlan(places.slice(first, end), plans.slice(first + 1, end + 1))
  }
  const requests: HeatmapRequest[] = []
  let next = 0
  for (let plan = plans[0]; plan; plan = plan.rest) {
    const end = next + plan.length
    requests.push(toRequest(places.slice(next, end), plan.types))
    next = end
  }
  return requests
}

/**
 * Divides the range into windows of at most so many days, in order. A short range stays whole; a longer one is divided where the
 * days since 1970 are a multiple of the bound, so that overlapping ranges share the windows between their ends.
 */
export function windowsOf({ start, end }: Window, maximumDays: number): readonly Window[] {
  const length = maximumDays * 86_400_000
  if (end.getTime() - start.getTime() <= length) return [{ start, end }]
  const windows: Window[] = []
  for (let from = start; from < end; ) {
    const cut = new Date((Math.floor(from.getTime() / length) + 1) * length)
    const to = cut < end ? cut : end
    windows.push({ start: from, end: to })
    from = to
  }
  return windows
}

/** A location with its wanted types, one bit each. */
interface Place {
  readonly locationId: string
  readonly types: number
}

/** A request for the first locations, and the plan for the others. */
interface Plan {
  readonly length: number
  readonly types: number
  readonly rest: Plan | undefined
  /** The cost of all its requests, in cells. */
  readonly cost: number
}

/** Locations with the same types are neighbours, and locations with similar types are close. */
function inOrder(wanted: readonly Cell[]): readonly Place[] {
  const types = new Map<string, number>()
  for (const { locationId, type } of wanted) {
    types.set(locationId, (types.get(locationId) ?? 0) | bitOf(type))
  }
  return [...types]
    .map(([locationId, types]) => ({ locationId, types }))
    .sort((one, other) => one.types - other.types || (one.locationId < other.locationId ? -1 : 1))
}

/** The first request with the cheapest plan; of equals the longest, so that requests are filled from the front. */
function cheapestPlan(places: readonly Place[], plans: readonly (Plan | undefined)[]): Plan | undefined {
  let best: Plan | undefined
  let types = 0
  let wanted = 0
  for (const [index, place] of places.entries()) {
    types |= place.types
    wanted += countOf(place.types)
    const length = index + 1
    const rest = plans[index]
    const unwanted = length * countOf(types) - wanted
    const cost = cellsWorthOneRequest + unwanted + (rest?.cost ?? 0)
    if (!best || cost <= best.cost) best = { length, types, rest, cost }
  }
  return best
}

function toRequest(places: readonly Place[], types: number): HeatmapRequest {
  return {
    locationIds: places.map(({ locationId }) => locationId).sort(),
    types: spatialHeatmapTypes.filter(type => types & bitOf(type)),
  }
}

function bitOf(type: SpatialHeatmapType): number {
  return 1 << spatialHeatmapTypes.indexOf(type)
}

function countOf(types: number): number {
  let count = 0
  for (let rest = types; rest > 0; rest &= rest - 1) count++
  return count
}
