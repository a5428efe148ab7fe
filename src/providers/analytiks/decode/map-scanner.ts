import { lowerBound } from '../ordered-list.ts'
import type { Buckets } from '../records.ts'
import { type BucketKey, readBucketKey } from './bucket-key.ts'

/**
 * Reads maps of ascending dates to natural numbers from the bytes of ASCII text without whitespace. Cameras report in step, so nearly
 * every key follows the same key as in an earlier map: it is compared with that one instead of parsed.
 */
export class MapScanner {
  /** The index after the map that was read last. */
  end = 0
  readonly #bytes: Buffer
  readonly #view: DataView
  /** The times of all keys so far, in order, and four 8-byte words of each key's text. */
  readonly #knownTimes: number[] = []
  readonly #knownWords: number[] = []
  readonly #bucketKeys = new Map<string, BucketKey | undefined>()
  /** The length of every key in characters, with quotes and colon; keys of another length are not plain. */
  #length = shortestKey
  #zoned = true
  /** The current map's times and values: copied at its end, which is cheaper than growing new lists. */
  readonly #times: number[] = []
  readonly #values: number[] = []
  #lastTimes: readonly number[] = []

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Reads the map whose first key's quote is at `start`; undefined if the map is not plain. */
  read(start: number): Buckets | undefined {
    const body = this.#bytes
    const times = this.#times
    const values = this.#values
    let at = start
    let count = 0
    let next = 0
    for (;;) {
      const index = this.#indexAt(at, next)
      if (index === -1) return undefined
      next = index + 1
      at += this.#length
      const first = at
      let value = 0
      let code = body[at] ?? 0
      while (code >= zero && code <= nine) {
        value = 10 * value + code - zero
        code = body[++at] ?? 0
      }
      const digits = at - first
      if (digits === 0 || digits > 15 || (digits > 1 && body[first] === zero)) return undefined
      times[count] = this.#knownTimes[index] ?? Number.NaN
      values[count] = value
      count++
      at++
      if (code === closingBrace) break
      if (code !== comma) return undefined
    }
    this.end = at
    return { times: this.#timesOf(count), values: values.slice(0, count), zoned: this.#zoned }
  }

  /** The index in `#knownTimes` of the key at `at`; -1 if the key is not plain, or its index is before `next`. */
  #indexAt(at: number, next: number): number {
    const end = at + this.#length
    const view = this.#view
    if (end > view.byteLength) return -1
    // Compares 8 characters as one number: for ASCII, equal numbers mean equal characters.
    const first = view.getFloat64(at, true)
    const second = view.getFloat64(at + 8, true)
    const third = view.getFloat64(end - 16, true)
    const fourth = view.getFloat64(end - 8, true)
    const knownWords = this.#knownWords
    const until = Math.min(knownWords.length, 4 * (next + mostLeftOut))
    for (let word = 4 * next; word < until; word += 4) {
      if (knownWords[word + 1] !== second || knownWords[word] !== first) continue
      if (knownWords[word + 2] === third && knownWords[word + 3] === fourth) return word / 4
    }
    const index = this.#readKey(at)
    return index < next ? -1 : index
  }

  /** Parses the key at `at` and returns its index in `#knownTimes`, where it adds a new key. */
  #readKey(at: number): number {
    const text = keyText.exec(this.#bytes.toString('latin1', at, at + longestKey))?.[0] ?? ''
    const bucketKey = this.#bucketKeys.getOrInsertComputed(text, () => readBucketKey(text.slice(1, -2)))
    if (!bucketKey || text.length < shortestKey) return -1
    const { time, zoned } = bucketKey
    if (this.#knownTimes.length === 0) {
      this.#length = text.length
      this.#zoned = zoned
    }
    if (text.length !== this.#length || zoned !== this.#zoned) return -1
    const index = lowerBound(this.#knownTimes, time)
    if (this.#knownTimes[index] === time) return index
    if (this.#knownTimes.length === mostKeys) return -1
    this.#knownTimes.splice(index, 0, time)
    this.#knownWords.splice(
      4 * index,
      0,
      ...[0, 8, text.length - 16, text.length - 8].map(from => this.#view.getFloat64(at + from, true)),
    )
    return index
  }

  /** Neighbouring maps with the same times share one list. */
  #timesOf(count: number): readonly number[] {
    const last = this.#lastTimes
    let same = 0
    while (same < count && last[same] === this.#times[same]) same++
    if (same < count || same < last.length) this.#lastTimes = this.#times.slice(0, count)
    return this.#lastTimes
  }
}

/** The number of known keys compared before a key is parsed: a map may leave some out. */
const mostLeftOut = 4
/** Four words of 8 bytes, which may overlap, cover keys of these lengths. */
const longestKey = 32
const shortestKey = 16
/** Five days of quarter-hours, the most that upstream returns at once, are 480. */
const mostKeys = 1000

const keyText = /^"[\dTZ:.+-]+":/
const [zero, nine, comma, closingBrace] = [48, 57, 44, 125]
