import { createCipheriv } from 'node:crypto'
import { fileTypeFromBuffer } from 'file-type'
import { type ProviderName, UpstreamError } from '../error.ts'
import { type HttpHead, header } from '../http/message.ts'

/** A picture with all its bytes. */
export interface ImageFile {
  /** In the order that they came, and not joined: a copy of each picture would be as dear as all else that is done to it. */
  readonly parts: readonly Buffer[]
  readonly byteLength: number
  /** By its first bytes, whatever its upstream called it. */
  readonly contentType: string
  /** Quoted and strong: of other bytes it is another. */
  readonly etag: string
}

/** As many bytes as tell what a file is. */
export const firstBytes = 4100

/** What browsers show without running anything: no SVG. */
const shown: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
])

/** The media type that the first bytes tell; throws UpstreamError for what is no picture. */
export async function imageType(provider: ProviderName, first: Uint8Array): Promise<string> {
  // An unfinished file may make the library read past its end.
  const found = await fileTypeFromBuffer(first).catch(() => undefined)
  if (found && shown.has(found.mime)) return found.mime
  throw new UpstreamError(
    provider,
    'UPSTREAM_INVALID_RESPONSE',
    `${provider} answered something else than a picture.`,
  )
}

/** The upstream's own tag where it is a strong one, else one made of the bytes. */
export function imageTag(head: HttpHead, parts: readonly Uint8Array[]): string {
  const told = header(head, 'etag')
  if (told && /^"[\x21\x23-\x7e]{1,128}"$/.test(told)) return told
  // GMAC with a key that is no secret: 128 bits of all bytes for a tenth of what SHA-256 takes, and nobody gains by a forgery.
  const sum = createCipheriv('aes-128-gcm', tagKey, tagNonce)
  for (const part of parts) sum.setAAD(part)
  sum.final()
  return `"${sum.getAuthTag().toString('base64url')}"`
}

const [tagKey, tagNonce] = [Buffer.alloc(16), Buffer.alloc(12)]

/** The bytes from `start` to before `end`, where they lie. */
export function cutParts({ parts }: Pick<ImageFile, 'parts'>, start: number, end: number): Buffer[] {
  const cut: Buffer[] = []
  let offset = 0
  for (const part of parts) {
    const within = part.subarray(Math.max(0, start - offset), Math.max(0, end - offset))
    if (within.byteLength > 0) cut.push(within)
    offset += part.byteLength
  }
  return cut
}
