import { hash } from 'node:crypto'
import { fileTypeFromBuffer } from 'file-type'
import { type ProviderName, UpstreamError } from './error.ts'
import { type HttpHead, header } from './http.ts'

/** A picture with all its bytes. */
export interface Picture {
  readonly bytes: Buffer
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
export async function pictureType(provider: ProviderName, first: Uint8Array): Promise<string> {
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
export function pictureTag(head: HttpHead, bytes: Uint8Array): string {
  const told = header(head, 'etag')
  return told && /^"[\x21\x23-\x7e]{1,128}"$/.test(told) ? told : `"${hash('sha256', bytes, 'base64url')}"`
}
