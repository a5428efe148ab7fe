import type { Buckets } from '../records.ts'
import { type BucketKey, readBucketKey } from './bucket-key.ts'
import type { FastMaps } from './fast-maps.ts'

/** A map of the vendor: from the start of a bucket, as text, to a count. */
export type BucketMap = Readonly<Record<string, unknown>>

export function isBucketMap(map: unknown): map is BucketMap {
  return typeof map === 'object' && map !== null && !Array.isArray(map)
}

/** Thrown for a map whose keys are not dates or whose values are neither natural numbers nor null. */
export class UnreadableMap extends Error {
  override readonly name = 'UnreadableMap'
}

/** Reads the maps of one response. Parses each key text once, since most maps have the same keys. */
export class BucketReader {
  readonly #fastMaps: Pick<FastMaps, 'find'>
  readonly #bucketKeys = new Map<string, BucketKey>()
  #lastTimes: readonly number[] = []

  /** `fastMaps` finds the maps that were read straight from the text. */
  constructor(fastMaps: Pick<FastMaps, 'find'>) {
    this.#fastMaps = fastMaps
  }

  /** Throws UnreadableMap. */
  read(map: BucketMap | string): Buckets {
    if (typeof map !== 'string') return this.#readKeys(map)
    const buckets = this.#fastMaps.find(map)
    if (!buckets) throw new UnreadableMap('a text is no map of counts')
    return buckets
  }

  #readKeys(map: BucketMap): Buckets {
    const times: number[] = []
    const values: number[] = []
    let zoned: boolean | undefined
    let isInOrder = true
    for (const key of Object.keys(map)) {
      const bucketKey = this.#bucketKey(key)
      const value = map[key]
      zoned ??= bucketKey.zoned
      if (bucketKey.zoned !== zoned) throw new UnreadableMap('keys are in two forms')
      // Like a metric that is null: nothing was reported.
      if (value === null) continue
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
        throw new UnreadableMap('a value is no natural number')
      isInOrder &&= times.length === 0 || bucketKey.time > Number(times.at(-1))
      times.push(bucketKey.time)
      values.push(value)
    }
    return this.#sharingTimes(isInOrder ? { times, values } : sorted(times, values), zoned ?? true)
  }

  #bucketKey(key: string): BucketKey {
    const known = this.#bucketKeys.get(key)
    if (known) return known
    const bucketKey = readBucketKey(key)
    if (!bucketKey) throw new UnreadableMap('a key is no date')
    this.#bucketKeys.set(key, bucketKey)
    return bucketKey
  }

  /** Neighbouring maps mostly have the same times, since cameras report in step: they share one list. */
  #sharingTimes({ times, values }: Omit<Buckets, 'zoned'>, zoned: boolean): Buckets {
    const last = this.#lastTimes
    if (last.length === times.length && times.every((time, index) => time === last[index]))
      return { times: last, values, zoned }
    this.#lastTimes = times
    return { times, values, zoned }
  }
}

/** In order of time. If one time is written in two ways, the last value counts, as for a repeated member in JSON. */
function sorted(times: readonly number[], values: readonly number[]): Omit<Buckets, 'zoned'> {
  const byTime = new Map(times.map((time, index) => [time, values[index] ?? 0]))
  const order = [...byTime].sort(([one], [other]) => one - other)
  return { times: order.map(([time]) => time), values: order.map(([, value]) => value) }
}
