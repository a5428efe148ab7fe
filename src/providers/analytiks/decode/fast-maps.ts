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
 * Reads the maps of metrics straight from the text, many times faster than through objects. Takes only unambiguous maps:
 * ascending dates to natural numbers, without whitespace. All others stay in the text for the JSON parser.
 */
export function readFastMaps(body: string): FastMaps {
  // The scanner needs one byte per character. The vendor's responses hold only dates, ids and counts.
  if (Buffer.byteLength(body) !== body.length) return { text: body, find: () => undefined }
  const mark = randomUUID()
  const maps: Buckets[] = []
  const scanner = new MapScanner(body)
  let text = ''
  let done = 0
  for (let at = body.indexOf(opening); at !== -1; at = body.indexOf(opening, Math.max(at + 1, done))) {
    const name = body.slice(body.lastIndexOf('"', at - 1) + 1, at)
    const map = isTrafficMetric(name) ? scanner.read(at + opening.length - 1) : undefined
    if (!map) continue
    text += `${body.slice(done, at)}":"${mark}${maps.length}"`
    maps.push(map)
    done = scanner.end
  }
  const find = (placeholder: string) =>
    placeholder.startsWith(mark) ? maps[Number(placeholder.slice(mark.length))] : undefined
  return { text: text + body.slice(done), find }
}

/** The text between a metric's name and the first key of its map. */
const opening = '":{"'
