import { isAscii } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { type Buckets, isTrafficMetric } from '../records.ts'
import { MapScanner } from './map-scanner.ts'

/** A response's text without most of its maps, which are by far the largest part. */
export interface FastMaps {
  /** JSON with a placeholder for each map that was read; it starts with a random text that the vendor cannot know. */
  readonly text: string
  /** The map behind a placeholder; undefined for any other text. */
  find(text: string): Buckets | undefined
}

/**
 * Reads the maps of metrics straight from the bytes of a text, many times faster than through objects. Takes only unambiguous
 * maps: ascending dates to natural numbers, without whitespace. All others stay in the text for the JSON parser.
 */
export function readFastMaps(body: Buffer): FastMaps {
  // The vendor's responses hold only dates, ids and counts.
  if (!isAscii(body)) return { text: decoder.decode(body), find: () => undefined }
  const mark = randomUUID()
  const maps: Buckets[] = []
  const scanner = new MapScanner(body)
  let text = ''
  let done = 0
  for (let at = body.indexOf(opening); at !== -1; at = body.indexOf(opening, Math.max(at + 1, done))) {
    const name = body.toString('latin1', body.lastIndexOf(quote, at - 1) + 1, at)
    const map = isTrafficMetric(name) ? scanner.read(at + opening.length - 1) : undefined
    if (!map) continue
    text += `${body.toString('latin1', done, at)}":"${mark}${maps.length}"`
    maps.push(map)
    done = scanner.end
  }
  const find = (placeholder: string) =>
    placeholder.startsWith(mark) ? maps[Number(placeholder.slice(mark.length))] : undefined
  return { text: text + body.toString('latin1', done), find }
}

const decoder = new TextDecoder()
const quote = 34
/** The text between a metric's name and the first key of its map. */
const opening = Buffer.from('":{"')
