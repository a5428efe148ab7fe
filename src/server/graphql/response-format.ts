import { accepts, isUtf8, type MediaType, rangeOf, readAccept } from '../http/media-ranges.ts'
import { remembered } from '../http/remembered.ts'

const jsonTypes = ['application/json', 'application/graphql-response+json'] as const
const streamTypes = ['text/event-stream', 'multipart/mixed'] as const

export type JsonType = (typeof jsonTypes)[number]
export type StreamType = (typeof streamTypes)[number]

/** How a response is delivered incrementally (`@defer`, `@stream`). */
export interface IncrementalFormat {
  readonly type: StreamType
  /** The format's parameter as the client named it; empty if it named none. */
  readonly parameter: string
  /** Whether increments are announced and completed by id (`incrementalSpec=v0.2`). */
  readonly isIdentified: boolean
}

export function isJson(type: JsonType | StreamType): type is JsonType {
  return jsonTypes.some(json => json === type)
}

/** The type of a response that is sent in one piece. Undefined if the client accepts none of them. */
export function typeOfWhole(accept: string | undefined): JsonType | StreamType | undefined {
  return findTypeOfWhole(accept ?? '')
}

const findTypeOfWhole = remembered((accept): JsonType | StreamType | undefined => {
  const json = accepts(accept, jsonTypes)
  const stream = accepts(accept, streamTypes)
  if (json === undefined || stream === undefined) return json ?? stream
  return qualityOf(json, accept) >= qualityOf(stream, accept) ? json : stream
})

/**
 * The incremental format for a client that names a stream type in a known format and does not prefer JSON. Undefined
 * for others.
 */
export function incrementalFormat(accept: string | undefined): IncrementalFormat | undefined {
  const [best] = readAccept(accept)
    .filter(isKnownFormat)
    .sort((one, other) => other.quality - one.quality)
  if (!best || jsonTypes.some(type => qualityOf(type, accept) > best.quality)) return undefined
  const type = best.name === 'multipart/mixed' ? best.name : 'text/event-stream'
  const named = [...best.parameters].find(([name]) => name in formats)
  return {
    type,
    parameter: named ? `${formats[named[0]]?.name}=${named[1]}` : '',
    isIdentified: best.parameters.has('incrementalspec'),
  }
}

/** Whether the client accepts the type of subscriptions. */
export function takesEvents(accept: string | undefined): boolean {
  return accepts(accept, ['text/event-stream']) !== undefined
}

/** Incremental formats by their media type parameter, in lower case. */
const formats: Readonly<Record<string, { readonly name: string; readonly version: string }>> = {
  deferspec: { name: 'deferSpec', version: '20220824' },
  incrementalspec: { name: 'incrementalSpec', version: 'v0.2' },
}

function isKnownFormat(range: MediaType): boolean {
  const { name, parameters, quality } = range
  const isStream = streamTypes.some(type => type === name)
  const isKnown = Object.entries(formats).every(
    ([parameter, { version }]) => (parameters.get(parameter) ?? version).toLowerCase() === version,
  )
  return isStream && isKnown && quality > 0 && isUtf8(range)
}

function qualityOf(type: string, accept: string | undefined): number {
  return rangeOf(type, readAccept(accept))?.quality ?? 0
}
