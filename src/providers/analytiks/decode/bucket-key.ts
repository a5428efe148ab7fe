/** A parsed key of the vendor: milliseconds since 1970 of an instant if `zoned`, else of the local time read as UTC. */
export interface BucketKey {
  readonly time: number
  readonly zoned: boolean
}

/**
 * Takes a key with `Z` or an offset as an instant and any other as local time, whatever form was requested: the vendor's
 * page contradicts itself. Undefined if the key is not a date and time.
 */
export function readBucketKey(key: string): BucketKey | undefined {
  const [, day, zone] = dateAndTime.exec(key) ?? []
  if (day === undefined || !isDay(day)) return undefined
  const zoned = zone !== undefined
  const time = Date.parse((zoned ? key : `${key}Z`).toUpperCase())
  return Number.isNaN(time) ? undefined : { time, zoned }
}

/** By ISO 8601: the platform reads much else as some date, such as `12` as one of 2001. */
const dateAndTime = /^(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i

/** The platform takes 31 April for 1 May. */
function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
}
