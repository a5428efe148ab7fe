import { randomUUID } from 'node:crypto'
import { type Moment, readMoment } from './moment.ts'
import { type Buckets, isTrafficMetric } from './wire.ts'

/** An answer's text without most of its maps, which are its greatest part by far. */
export interface LiftedMaps {
  /** JSON in which a text that the vendor cannot know stands for each map that was lifted. */
  readonly text: string
  /** The map that such a text stands for. */
  find(text: string): Buckets | undefined
}

/**
 * Reads the maps of metrics straight from the text, many times as quick as by way of objects. Only what cannot be
 * misunderstood is lifted: dates in order to natural numbers, without any space. The rest stays for who reads the text.
 */
export function liftMaps(body: string): LiftedMaps {
  // Beyond ASCII a character is no byte. The vendor's answers hold dates, ids and counts.
  if (Buffer.byteLength(body) !== body.length) return { text: body, find: () => undefined }
  const mark = randomUUID()
  const maps = new Map<string, Buckets>()
  const scanner = new MapScanner(body)
  let text = ''
  let done = 0
  for (let at = body.indexOf(opening); at !== -1; at = body.indexOf(opening, Math.max(at + 1, done))) {
    const name = body.slice(body.lastIndexOf('"', at - 1) + 1, at)
    const map = isTrafficMetric(name) ? scanner.read(at + opening.length - 1) : undefined
    if (!map) continue
    const stand = `${mark} ${maps.size}`
    maps.set(stand, map)
    text += `${body.slice(done, at)}":"${stand}"`
    done = scanner.end
  }
  return { text: text + body.slice(done), find: stand => maps.get(stand) }
}

/** What stands between a name and the first key of its map. */
const opening = '":{"'

/** A key as it is printed, with its quotes and colon, and the one that comes next in time of those that were met. */
interface Key extends Moment {
  /** In characters, four at least. */
  readonly length: number
  readonly words: readonly number[]
  next: Key | undefined
}

/** How many keys that a map may leave out are looked at before the key is read. */
const mostLeftOut = 4

/** Cameras report in step: nearly every key is the one that followed its forerunner in the map before. */
class MapScanner {
  /** Behind the map that was read. */
  end = 0
  readonly #body: string
  /** Of the body, a byte a character: many times as quick to look at as the text itself. */
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #keys = new Map<string, Key>()
  readonly #before: Key = {
    length: 0,
    words: [],
    time: Number.NEGATIVE_INFINITY,
    zoned: true,
    next: undefined,
  }
  /** Of the map that is read: copied at its end, which is cheaper than lists that grow. */
  readonly #times: number[] = []
  readonly #values: number[] = []
  #lastTimes: readonly number[] = []

  /** Takes ASCII alone. */
  constructor(body: string) {
    const { buffer, byteOffset, byteLength } = bytesOf(body)
    this.#body = body
    this.#bytes = new Uint8Array(buffer, byteOffset, byteLength)
    this.#view = new DataView(buffer, byteOffset, byteLength)
  }

  /** The map whose first key starts at a quote; undefined where it is anything but plain. */
  read(start: number): Buckets | undefined {
    const body = this.#bytes
    let at = start
    let count = 0
    let key = this.#before
    for (;;) {
      const next = this.#keyAt(at, key)
      if (!next || next.time <= key.time || (count > 0 && next.zoned !== key.zoned)) return undefined
      key = next
      at += key.length
      const first = at
      let value = 0
      let code = body[at] ?? 0
      while (code >= zero && code <= nine) {
        value = 10 * value + code - zero
        code = body[++at] ?? 0
      }
      const digits = at - first
      if (digits === 0 || digits > 15 || (digits > 1 && body[first] === zero)) return undefined
      this.#times[count] = key.time
      this.#values[count] = value
      count++
      at++
      if (code === closingBrace) break
      if (code !== comma) return undefined
    }
    this.end = at
    return { times: this.#timesOf(count), values: this.#values.slice(0, count), zoned: key.zoned }
  }

  #keyAt(at: number, before: Key): Key | undefined {
    let guess = before.next
    for (let left = 0; guess && left <= mostLeftOut; left++, guess = guess.next) {
      if (this.#isAt(at, guess)) return guess
    }
    const text = keyText.exec(this.#body.slice(at, at + longestKey))?.[0]
    if (text === undefined) return undefined
    const known = this.#keys.get(text)
    if (known) return known
    const moment = readMoment(text.slice(1, -2))
    if (!moment) return undefined
    const { length } = text
    const key = { ...moment, length, words: wordsOf(this.#view, at, length), next: undefined }
    this.#keys.set(text, key)
    return this.#linked(key, before)
  }

  /** What differs is mostly near the end. */
  #isAt(at: number, { length, words }: Key): boolean {
    const view = this.#view
    if (at + length > view.byteLength) return false
    let from = at + length - 4
    for (let index = words.length - 1; index >= 0; index--) {
      if (view.getInt32(from) !== words[index]) return false
      from = at + 4 * (index - 1)
    }
    return true
  }

  #linked(key: Key, before: Key): Key {
    if (key.time <= before.time) return key
    let place = before
    while (place.next && place.next.time < key.time) place = place.next
    key.next = place.next
    place.next = key
    return key
  }

  /** Neighbouring maps that have the same times hold them once. */
  #timesOf(count: number): readonly number[] {
    const last = this.#lastTimes
    if (last.length === count && last.every((time, index) => time === this.#times[index])) return last
    this.#lastTimes = this.#times.slice(0, count)
    return this.#lastTimes
  }
}

const longestKey = 40
const keyText = /^"[\dTZ:.+-]+":/
const [zero, nine, comma, closingBrace] = [48, 57, 44, 125]

/** The characters four by four, the last four maybe anew. */
function wordsOf(view: DataView, at: number, length: number): number[] {
  const words: number[] = []
  for (let from = 0; from < length - 4; from += 4) words.push(view.getInt32(at + from))
  words.push(view.getInt32(at + length - 4))
  return words
}

/** Shared by all but the largest answers, each of which is read in one go: room of their own would pile up until it is cleared. */
let room = Buffer.alloc(0)
const mostRoom = 2 ** 23

function bytesOf(body: string): Buffer {
  if (body.length > mostRoom) return Buffer.from(body, 'latin1')
  if (room.length < body.length) room = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(body.length)))
  room.write(body, 'latin1')
  return room.subarray(0, body.length)
}
