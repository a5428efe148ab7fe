import type { ImageFile } from './image.ts'

/** An image whose first bytes are checked while the rest still arrives. Its length is the one that the vendor sent. */
export class ArrivingImage implements ImageFile {
  readonly parts: readonly Buffer[]
  readonly byteLength: number
  readonly contentType: string
  readonly #tag: () => string
  #etag: string | undefined
  #isOver = false
  #change = Promise.withResolvers<void>()

  /** `parts` grows; `note` reports each new one. */
  constructor({ parts, byteLength, contentType }: Omit<ImageFile, 'etag'>, tag: () => string) {
    this.parts = parts
    this.byteLength = byteLength
    this.contentType = contentType
    this.#tag = tag
  }

  /** The tag of the whole image, unless the image turns out to be another one that begins with the same bytes. */
  get etag(): string {
    this.#etag ??= this.#tag()
    return this.#etag
  }

  /** Whether nothing more will come: all of it is there, or the call failed. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** A part has come. */
  note(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }

  /** Nothing more will come. */
  end(): void {
    this.#isOver = true
    this.#change.resolve()
  }

  /** All parts but the last, as they come. Ends early if the rest does not come. */
  async *allButTheLast(): AsyncGenerator<Buffer> {
    let bytes = 0
    for (let index = 0; ; index++) {
      while (this.parts.length <= index && !this.#isOver) await this.#change.promise
      const part = this.parts[index]
      bytes += part?.byteLength ?? 0
      if (!part || bytes >= this.byteLength) return
      yield part
    }
  }
}
