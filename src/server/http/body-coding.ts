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

/** What compressing a body is for: to be sent once, or kept and sent to many. */
export type Purpose = 'once' | 'often'

/** Compresses a whole body, outside of the event loop. */
export function compress(body: Buffer, coding: Coding, purpose: Purpose): Promise<Buffer> {
  return wholeBy[coding](body, levels[purpose])
}

/** Compresses what is written to it. If `isWaitedFor`, sends on at once what was written. */
export function openCompression(coding: Coding, isWaitedFor: boolean): Transform {
  return streamBy[coding](isWaitedFor ? { flush: flushes[coding] } : {})
}

type Levels = Readonly<Record<Coding, number>>

// Once, the lowest ones: JSON of rows shrinks to a tenth by any of them, and higher ones take several times as long.
const levels: Readonly<Record<Purpose, Levels>> = {
  once: { zstd: 1, br: 1, gzip: 1 },
  often: { zstd: 19, br: 5, gzip: 9 },
}

const zstdAt = ({ zstd }: Levels) => ({ params: { [constants.ZSTD_c_compressionLevel]: zstd } })
const brotliAt = ({ br }: Levels) => ({ params: { [constants.BROTLI_PARAM_QUALITY]: br } })
const gzipAt = ({ gzip: level }: Levels) => ({ level })

const wholeBy: Readonly<Record<Coding, (body: Buffer, levels: Levels) => Promise<Buffer>>> = {
  // Without the size its tables are those of the largest body: some 80 MB at level 19.
  zstd: (body, levels) =>
    promisify<Buffer, object, Buffer>(zstdCompress)(body, {
      ...zstdAt(levels),
      pledgedSrcSize: body.byteLength,
    }),
  br: (body, levels) => promisify<Buffer, object, Buffer>(brotliCompress)(body, brotliAt(levels)),
  gzip: (body, levels) => promisify<Buffer, object, Buffer>(gzip)(body, gzipAt(levels)),
}

/** How what was written is sent on at once. */
const flushes: Readonly<Record<Coding, number>> = {
  zstd: constants.ZSTD_e_flush,
  br: constants.BROTLI_OPERATION_FLUSH,
  gzip: constants.Z_SYNC_FLUSH,
}

const streamBy: Readonly<Record<Coding, (flush: { readonly flush?: number }) => Transform>> = {
  zstd: flush => createZstdCompress({ ...zstdAt(levels.once), ...flush }),
  br: flush => createBrotliCompress({ ...brotliAt(levels.once), ...flush }),
  gzip: flush => createGzip({ ...gzipAt(levels.once), ...flush }),
}

function spelled(name: string): string {
  return name === 'x-gzip' ? 'gzip' : name
}
