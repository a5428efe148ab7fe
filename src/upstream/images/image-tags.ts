import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { checksum } from './image.ts'

/** What a vendor's image is recognised by before all of it is there: its address, its length and its first bytes. */
export interface ImageHead {
  readonly url: string
  readonly byteLength: number
  readonly first: readonly Uint8Array[]
}

interface Known {
  readonly tag: string
  /** Of all bytes; undefined before they are there. */
  sum: string | undefined
}

/** Images whose tags are remembered, of about 200 bytes each. */
const mostKnown = 5000

/**
 * The tags of images whose vendor sends none. The tag of whole images is a checksum. An image that is sent while it arrives gets
 * a new tag, or the one that it had before, and keeps it as long as it is remembered. No two images ever have the same.
 */
export class ImageTags {
  readonly #known = new LRUCache<string, Known>({ maxSize: mostKnown, sizeCalculation: () => 1 })

  /** A tag for an image that arrives. It is right if `tagOf` returns the same once all bytes are there. */
  early(head: ImageHead): string {
    const name = nameOf(head)
    const known = this.#known.get(name) ?? { tag: quoted(randomBytes(16)), sum: undefined }
    this.#known.set(name, known)
    return known.tag
  }

  tagOf(head: ImageHead, parts: readonly Uint8Array[]): string {
    const name = nameOf(head)
    const sum = quoted(checksum(parts))
    const known = this.#known.get(name)
    const isSame = known && (known.sum ?? sum) === sum
    const { tag } = isSame ? known : { tag: sum }
    this.#known.set(name, { tag, sum })
    return tag
  }
}

function nameOf({ url, byteLength, first }: ImageHead): string {
  return quoted(checksum([Buffer.from(`${byteLength} ${url} `), ...first]))
}

function quoted(bytes: Buffer): string {
  return `"${bytes.toString('base64url')}"`
}
