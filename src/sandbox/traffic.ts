import { noise } from './world.ts'

/** The part of the world's `Store` that traffic depends on: its zones and opening hours. */
export interface Premises {
  readonly locationId: number
  readonly opens: number
  readonly closes: number
  readonly closedOn: readonly number[]
  readonly size: number
  /** The ids of the zones that its cameras count. */
  readonly zones: readonly string[]
}

/** The counts of one zone; natural numbers. */
export interface ZoneCounts {
  readonly visits: number
  readonly dwellTime: number
  readonly peakVisits: number
}

/** The counts of a store; natural numbers. Dwell time is the sum over visitors in milliseconds. */
export interface Counts {
  readonly visits: number
  readonly dwellTime: number
  readonly groupVisits: number
  readonly bounces: number
  readonly allVisits: number
  readonly peakOccupancy: number
  readonly walkBys: number
  /** One per zone of the premises, in their order; empty while nobody can be inside. */
  readonly zones: readonly ZoneCounts[]
}

export const quarterHour = 900_000
const day = 86_400_000
/** Monday to Sunday. */
const weekdayFactors = [0.75, 0.8, 0.85, 0.9, 1.1, 1.3, 1]

/**
 * The counts of any quarter-hour of a store, the same at every start. `quarter` is the number of quarter-hours since 1970
 * in UTC; `wall` is the local time of its start, read as UTC.
 */
export function footfall(premises: Premises): (quarter: number, wall: number) => Counts {
  const { locationId, opens, closes, closedOn, size } = premises
  const seed = Math.floor(noise('traffic', locationId) * 2 ** 32)
  const shares = premises.zones.map((_, index) => 0.25 + 0.9 * noise('zone share', locationId, index))
  let date = Number.NaN
  let busyness = 0

  return (quarter, wall) => {
    const dice = (salt: number) => mix(seed, quarter, salt)
    const today = Math.floor(wall / day)
    if (today !== date) {
      date = today
      busyness = 0.8 + 0.4 * noise('busyness', locationId, today)
    }
    const weekday = modulo(today + 3, 7) + 1
    const hour = modulo(wall, day) / 3_600_000
    const walkBys = Math.floor(size * 0.8 * daylight(hour) * (0.7 + 0.6 * dice(1)) + dice(2))
    if (hour < opens || hour >= closes || closedOn.includes(weekday)) return { ...nobody, walkBys }

    const rush = Math.sin((Math.PI * (hour - opens)) / (closes - opens))
    const mean = (size / 4) * rush * busyness * (weekdayFactors[weekday - 1] ?? 1)
    const lull = dice(3) < 0.03
    const visits = lull ? 0 : Math.floor(mean * (0.6 + 0.8 * dice(4)) + 0.9 * dice(5))
    const bounces = lull ? 0 : Math.floor(visits * 0.25 * dice(6) + dice(7))
    return {
      visits,
      dwellTime: visits * Math.floor(240_000 + 720_000 * dice(8)),
      groupVisits: Math.floor(visits * (0.2 + 0.3 * dice(9))),
      bounces,
      allVisits: visits + bounces,
      peakOccupancy: Math.ceil(visits * (0.6 + 0.9 * dice(10))),
      walkBys,
      zones: shares.map((share, index) => zone(visits * share, salt => dice(20 + 4 * index + salt))),
    }
  }
}

const nobody: Counts = {
  visits: 0,
  dwellTime: 0,
  groupVisits: 0,
  bounces: 0,
  allVisits: 0,
  peakOccupancy: 0,
  walkBys: 0,
  zones: [],
}

function zone(mean: number, dice: (salt: number) => number): ZoneCounts {
  const visits = Math.floor(mean * (0.6 + 0.8 * dice(0)) + 0.7 * dice(1))
  return {
    visits,
    dwellTime: visits * Math.floor(20_000 + 220_000 * dice(2)),
    peakVisits: Math.ceil(visits * (0.3 + 0.4 * dice(3))),
  }
}

/** Streets are nearly empty at night. */
function daylight(hour: number): number {
  return hour < 6 ? 0.02 : 0.02 + Math.sin((Math.PI * (hour - 6)) / 18)
}

/** Like `noise`, for whole numbers: fast enough for every quarter-hour of a fleet. */
function mix(seed: number, quarter: number, salt: number): number {
  let hash = seed ^ Math.imul(quarter, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
