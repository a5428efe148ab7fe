import { createCipheriv } from 'node:crypto'
import { type ProviderName, UpstreamError } from '../error.ts'
import { type HttpHead, header } from '../http/message.ts'

/** An image with all its bytes. */
export interface ImageFile {
  /** The chunks as they arrived, not joined: copying an image would cost as much as all other work on it. */
  readonly parts: readonly Buffer[]
  readonly byteLength: number
  /** Detected from the first bytes, whatever the upstream's header says. */
  readonly contentType: string
  /** Quoted and strong: other bytes have another tag. */
  readonly etag: string
}

/** The number of bytes that detection needs. */
export const firstBytes = 4100

/** Nearly every image tells its size within these first bytes. */
export const headBytes = 16_384

/** Types that browsers show without running code: not SVG. */
const shown: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
])

/** Load it before requesting an image: while it loads, more and more bytes of a wrong response would arrive. */
export function loadDetection() {
  return import('file-type')
}

/** Detects the media type from the first bytes; throws UpstreamError if it is not an image. */
export async function imageType(provider: ProviderName, first: Uint8Array): Promise<string> {
  const { fileTypeFromBuffer } = await loadDetection()
  // The library may read past the end of a truncated file.
  const found = await fileTypeFromBuffer(first).catch(() => undefined)
  if (found && shown.has(found.mime)) return found.mime
  throw new UpstreamError(
    provider,
    'UPSTREAM_INVALID_RESPONSE',
    `${provider} answered something other than an image.`,
  )
}

/** The upstream's own tag if it is strong, else one computed from the bytes. */
export function imageTag(head: HttpHead, parts: readonly Uint8Array[]): string {
  return strongTag(head) ?? `"${checksum(parts).toString('base64url')}"`
}

/** The upstream's own tag; undefined if it sends none, or a weak one. */
export function strongTag(head: HttpHead): string | undefined {
  const sent = header(head, 'etag')
  return sent && /^"[\x21\x23-\x7e]{1,128}"$/.test(sent) ? sent : undefined
}

/** Equal for equal bytes, however they are cut. */
export function checksum(parts: readonly Uint8Array[]): Buffer {
  // GMAC with a public key: 128 bits over all bytes at a tenth of SHA-256's cost, and forging a tag gains nothing.
  const sum = createCipheriv('aes-128-gcm', tagKey, tagNonce)
  for (const part of parts) sum.setAAD(part)
  sum.final()
  return sum.getAuthTag()
}

const [tagKey, tagNonce] = [Buffer.alloc(16), Buffer.alloc(12)]

/** The bytes from `start` up to but excluding `end`, without copying them. */
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
