import { lowerBound } from '../ordered-list.ts'
import type { Buckets } from '../records.ts'
import { type BucketKey, readBucketKey } from './bucket-key.ts'

/**
 * Reads maps of dates in order to natural numbers from a text of ASCII, without any space. Cameras report in step: nearly
 * every key is the one that followed its forerunner in a map before, and is compared with that rather than read.
 */
export class MapScanner {
  /** Behind the map that was read. */
  end = 0
  readonly #body: string
  /** Of the body, a byte a character: many times as quick to look at as the text itself. */
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** Of all keys that were met, in order of time, and four words of each. */
  readonly #knownTimes: number[] = []
  readonly #knownWords: number[] = []
  readonly #bucketKeys = new Map<string, BucketKey | undefined>()
  /** What all keys have in common; the length in characters, with quotes and colon. */
  #length = shortestKey
  #zoned = true
  /** Of the map that is read: copied at its end, which is cheaper than lists that grow. */
  readonly #times: number[] = []
  readonly #values: number[] = []
  #lastTimes: readonly number[] = []

  constructor(body: string) {
    this.#body = body
    this.#bytes = bytesOf(body)
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
  }

  /** The map whose first key starts at a quote; undefined where it is anything but plain. */
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

  /** Where on the axis the key stands that is printed there; -1 for one that is not plain, or does not come `next` or later. */
  #indexAt(at: number, next: number): number {
    const end = at + this.#length
    const view = this.#view
    if (end > view.byteLength) return -1
    // As numbers, since those of ASCII are equal for equal characters alone.
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

  /** Where on the axis a key stands, which is put there where it is new. */
  #readKey(at: number): number {
    const text = keyText.exec(this.#body.slice(at, at + longestKey))?.[0] ?? ''
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

  /** Neighbouring maps that have the same times hold them once. */
  #timesOf(count: number): readonly number[] {
    const last = this.#lastTimes
    let same = 0
    while (same < count && last[same] === this.#times[same]) same++
    if (same < count || same < last.length) this.#lastTimes = this.#times.slice(0, count)
    return this.#lastTimes
  }
}

/** How many keys that a map may leave out are looked at before the key is read. */
const mostLeftOut = 4
/** Four words, which overlap in most keys, hold as much and need as much. */
const longestKey = 32
const shortestKey = 16
/** Upstream tells no more than five days of quarter-hours at once. */
const mostKeys = 1000

const keyText = /^"[\dTZ:.+-]+":/
const [zero, nine, comma, closingBrace] = [48, 57, 44, 125]

/** Shared by all but the largest answers, each of which is read in one go: room of their own would pile up until it is cleared. */
let sharedBytes = Buffer.alloc(0)
const maximumSharedBytes = 2 ** 23

function bytesOf(body: string): Buffer {
  if (body.length > maximumSharedBytes) return Buffer.from(body, 'latin1')
  if (sharedBytes.length < body.length)
    sharedBytes = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(body.length)))
  sharedBytes.write(body, 'latin1')
  return sharedBytes.subarray(0, body.length)
}
