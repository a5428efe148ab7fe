import { accepts, isUtf8, type MediaType, rangeOf, readAccept } from './media-ranges.ts'

const jsonTypes = ['application/json', 'application/graphql-response+json'] as const
const streamTypes = ['text/event-stream', 'multipart/mixed'] as const

export type JsonType = (typeof jsonTypes)[number]
export type StreamType = (typeof streamTypes)[number]

/** How a response comes in parts (`@defer`, `@stream`). */
export interface IncrementalFormat {
  readonly type: StreamType
  /** Of the format, as the client named it; empty where it named none. */
  readonly parameter: string
  /** Whether parts are announced with ids and completed by them (`incrementalSpec=v0.2`). */
  readonly isIdentified: boolean
}

/** The type of a response that comes at once; undefined where the client takes none that there is. */
export function typeOfWhole(accept: string | undefined): JsonType | StreamType | undefined {
  const json = accepts(accept, jsonTypes)
  const stream = accepts(accept, streamTypes)
  if (json === undefined || stream === undefined) return json ?? stream
  return qualityOf(json, accept) >= qualityOf(stream, accept) ? json : stream
}

/**
 * How a response comes in parts to a client that names a type for that, in a format that is known, and would not rather have it
 * at once; undefined for others.
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

/** Whether it takes the type in which a subscription is told. */
export function takesEvents(accept: string | undefined): boolean {
  return accepts(accept, ['text/event-stream']) !== undefined
}

/** The formats that clients name, by their parameter in small letters. */
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
