import type { ServerResponse } from 'node:http'
import { chunksOf, drop, readerPatience, untilTaken } from '../server/slow-readers.ts'

export interface DeliveryOptions {
  /** Milliseconds that a reader has to take the next 64 kB before its connection is closed. */
  readonly patience?: number
  /** Bytes that images in delivery may hold. Above that, the reader that has been idle longest is disconnected. */
  readonly maximumBytes?: number
}

/** The image responses that are being read. A slow reader keeps its image in memory. */
export class Deliveries {
  readonly #patience: number
  readonly #maximumBytes: number
  /** Ordered by when each last took something, the longest idle first. */
  readonly #readers = new Set<Reader>()
  /** How many readers each image has. */
  readonly #held = new Map<HeldImage, number>()
  #bytes = 0

  constructor({ patience = readerPatience, maximumBytes = 268_435_456 }: DeliveryOptions = {}) {
    this.#patience = patience
    this.#maximumBytes = maximumBytes
  }

  /** Resolves when everything was taken, or the reader left or was disconnected. Rejects as `pieces` does. */
  async deliver(
    response: ServerResponse,
    image: HeldImage,
    pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
  ): Promise<void> {
    const reader: Reader = { response, image }
    this.#begin(reader)
    try {
      for await (const piece of pieces)
        for (const chunk of chunksOf(piece)) {
          await this.#taken(reader, taken => response.write(chunk, taken))
          if (response.closed) return
        }
      await this.#taken(reader, taken => response.end(taken))
    } finally {
      this.#end(reader)
    }
  }

  #begin(reader: Reader): void {
    const { image } = reader
    const readers = this.#held.get(image) ?? 0
    if (readers === 0) this.#bytes += image.byteLength
    this.#held.set(image, readers + 1)
    this.#readers.add(reader)
    for (const slowest of this.#readers) {
      if (this.#bytes <= this.#maximumBytes || slowest === reader) break
      drop(slowest.response)
      this.#end(slowest)
    }
  }

  #end(reader: Reader): void {
    if (!this.#readers.delete(reader)) return
    const { image } = reader
    const readers = this.#held.get(image) ?? 0
    if (readers > 1) return void this.#held.set(image, readers - 1)
    this.#held.delete(image)
    this.#bytes -= image.byteLength
  }

  async #taken(reader: Reader, give: (taken: () => void) => void): Promise<void> {
    await untilTaken(reader.response, this.#patience, give)
    if (this.#readers.delete(reader)) this.#readers.add(reader)
  }
}

/** Known by its identity: all who read it hold the same bytes. */
export interface HeldImage {
  readonly byteLength: number
}

interface Reader {
  readonly response: ServerResponse
  readonly image: HeldImage
}
