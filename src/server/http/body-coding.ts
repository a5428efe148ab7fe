import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import {
  brotliCompress,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzip,
  zstdCompress,
} from 'node:zlib'
import { readAccept } from './media-ranges.ts'
import { remembered } from './remembered.ts'

/** The codings of bodies, by their HTTP names. If a client likes several equally, the first one is taken. */
const codings = ['zstd', 'br', 'gzip'] as const

export type Coding = (typeof codings)[number]

/** The coding that a client prefers; undefined for none, and if the client does not say. */
export function codingFor(acceptEncoding: string | undefined): Coding | undefined {
  const qualityOf = readQualities(acceptEncoding)
  const [best] = codings.toSorted((one, other) => qualityOf(other) - qualityOf(one))
  return best !== undefined && takes(qualityOf, best) ? best : undefined
}

/** Whether a client accepts this coding, and does not prefer a plain body. */
export function takesCoding(acceptEncoding: string | undefined, coding: Coding): boolean {
  return takes(readQualities(acceptEncoding), coding)
}

/** Only a client that names it prefers a plain body. */
function takes(qualityOf: (name: string) => number, coding: Coding): boolean {
  return qualityOf(coding) > 0 && qualityOf('identity') <= qualityOf(coding)
}

function readQualities(acceptEncoding = ''): (name: string) => number {
  return qualitiesOf(acceptEncoding)
}

const qualitiesOf = remembered((acceptEncoding): ((name: string) => number) => {
  if (!acceptEncoding.trim()) return () => 0
  const given = new Map(readAccept(acceptEncoding).map(({ name, quality }) => [spelled(name), quality]))
  return name => given.get(name) ?? (name === 'identity' ? 0 : (given.get('*') ?? 0))
})

/** Compresses a whole body, in a worker thread. */
export function compress(body: Buffer, coding: Coding): Promise<Buffer> {
  return wholeBy[coding](body)
}

/** Compresses what is written to it. */
export function openCompression(coding: Coding): Transform {
  return streamBy[coding]()
}

// The lowest levels: JSON of rows shrinks to a tenth by any of them, and higher ones take several times as long.
const gzipOptions = { level: 1 }
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

const wholeBy: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
  zstd: body => promisify<Buffer, object, Buffer>(zstdCompress)(body, zstdOptions),
  br: body => promisify<Buffer, object, Buffer>(brotliCompress)(body, brotliOptions),
  gzip: body => promisify<Buffer, object, Buffer>(gzip)(body, gzipOptions),
}

const streamBy: Readonly<Record<Coding, () => Transform>> = {
  zstd: () => createZstdCompress(zstdOptions),
  br: () => createBrotliCompress(brotliOptions),
  gzip: () => createGzip(gzipOptions),
}

function spelled(name: string): string {
  return name === 'x-gzip' ? 'gzip' : name
}
