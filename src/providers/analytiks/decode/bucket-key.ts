/** What a key of the vendor's says: milliseconds since 1970, of an instant or of the local clock read as if it were UTC. */
export interface BucketKey {
  readonly time: number
  readonly zoned: boolean
}

/** A `Z` on a key says UTC and its absence local time, whatever was asked: the vendor's page contradicts itself. Undefined for no date. */
export function readBucketKey(key: string): BucketKey | undefined {
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(key)
  const time = Date.parse(zoned ? key : `${key}Z`)
  return Number.isNaN(time) ? undefined : { time, zoned }
}
