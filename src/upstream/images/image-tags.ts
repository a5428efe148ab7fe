import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { checksum, cutParts } from './image.ts'

/** How a vendor's image is recognised before all of it is there: by its URL, its length and its first bytes. */
export interface ImageHead {
  /** Without a query. */
  readonly address: string
  readonly byteLength: number
  readonly first: readonly Uint8Array[]
}

interface Known {
  readonly tag: string
  /** The tag of all bytes; undefined before they are there. */
  readonly sum: string | undefined
  /** The parts of an interrupted image, which may have been sent under the tag. */
  readonly begun: Begun | undefined
}

interface Begun {
  readonly byteLength: number
  readonly sum: string
}

/** The most images whose tags are remembered, of about 300 bytes each. */
const mostKnown = 5000

/**
 * The tags of images whose vendor sends none. The tag of a whole image is a checksum. An image that is sent while it arrives gets
 * a new tag, or its earlier one, and keeps it as long as it is remembered. Different images never have the same tag, and neither
 * does a part of an interrupted one.
 */
export class ImageTags {
  readonly #known = new LRUCache<string, Known>({ maxSize: mostKnown, sizeCalculation: () => 1 })

  /** A tag for an image that arrives. It is valid if `tagOf` returns the same once all bytes are there. */
  early(head: ImageHead): string {
    const name = nameOf(head)
    const known = this.#known.get(name) ?? newlyKnown()
    this.#known.set(name, known)
    return known.tag
  }

  /** Keeps the early tag for an image that begins with these parts. Call it for each image that does not arrive completely. */
  brokeOff(head: ImageHead, parts: readonly Buffer[]): void {
    const name = nameOf(head)
    const last = this.#known.get(name)
    const known = last && beginsWith(parts, last.begun) ? last : newlyKnown()
    const begun = { byteLength: lengthOf(parts), sum: quoted(checksum(parts)) }
    this.#known.set(name, { ...known, begun })
  }

  tagOf(head: ImageHead, parts: readonly Buffer[]): string {
    const name = nameOf(head)
    const sum = quoted(checksum(parts))
    const known = this.#known.get(name)
    const isSame = known && (known.sum ?? sum) === sum && beginsWith(parts, known.begun)
    // A part of another image may have been sent under the checksum: after a change it is no longer a valid tag.
    const tag = isSame ? known.tag : known ? newTag() : sum
    this.#known.set(name, { tag, sum, begun: undefined })
    return tag
  }
}

function newlyKnown(): Known {
  return { tag: newTag(), sum: undefined, begun: undefined }
}

function newTag(): string {
  return quoted(randomBytes(16))
}

function beginsWith(parts: readonly Buffer[], begun: Begun | undefined): boolean {
  if (!begun) return true
  return quoted(checksum(cutParts({ parts }, 0, begun.byteLength))) === begun.sum
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((length, part) => length + part.byteLength, 0)
}

function nameOf({ address, byteLength, first }: ImageHead): string {
  return quoted(checksum([Buffer.from(`${byteLength} ${address} `), ...first]))
}

function quoted(bytes: Buffer): string {
  return `"${bytes.toString('base64url')}"`
}
