/** A parsed key of the vendor: milliseconds since 1970 of an instant if `zoned`, else of the local time read as UTC. */
export interface BucketKey {
  readonly time: number
  readonly zoned: boolean
}

/**
 * Takes a key with `Z` or an offset as an instant and any other as local time, whatever form was requested: the vendor's
 * page contradicts itself. Undefined if the key is not a date.
 */
export function readBucketKey(key: string): BucketKey | undefined {
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(key)
  const time = Date.parse(zoned ? key : `${key}Z`)
  return Number.isNaN(time) ? undefined : { time, zoned }
}
