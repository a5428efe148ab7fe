import type { ServerResponse } from 'node:http'
import { chunksOf, drop, readerPatience, untilTaken } from '../server/http/slow-readers.ts'

export interface DeliveryOptions {
  /** Milliseconds in which a reader has to take the next 64 kB; otherwise its connection is closed. */
  readonly patience?: number
  /** Bytes that images in delivery may hold. Above that, the reader that has been idle longest is disconnected. */
  readonly maximumBytes?: number
}

/** The image responses that are being read. A slow reader keeps its image in memory. */
export class Deliveries {
  readonly #patience: number
  readonly #maximumBytes: number
  /** Readers that have bytes to take, the longest idle first. */
  readonly #taking = new Set<Reader>()
  /** Readers that have taken all that arrived, and wait for the vendor. */
  readonly #waiting = new Set<Reader>()
  /** By their parts: an image that arrives and the same image when it is whole share their bytes. */
  readonly #held = new Map<HeldImage['parts'], { readers: number; readonly byteLength: number }>()
  #bytes = 0

  constructor({ patience = readerPatience, maximumBytes = 268_435_456 }: DeliveryOptions = {}) {
    this.#patience = patience
    this.#maximumBytes = maximumBytes
  }

  /** Resolves when all was taken, or the reader left or was disconnected. Rejects as `pieces` does. */
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
    const { parts, byteLength } = reader.image
    const held = this.#held.getOrInsertComputed(parts, () => {
      this.#bytes += byteLength
      return { readers: 0, byteLength }
    })
    held.readers++
    this.#waiting.add(reader)
    for (const slowest of [...this.#taking, ...this.#waiting]) {
      if (this.#bytes <= this.#maximumBytes || slowest === reader) break
      drop(slowest.response)
      this.#end(slowest)
    }
  }

  #end(reader: Reader): void {
    if (!this.#taking.delete(reader) && !this.#waiting.delete(reader)) return
    const { parts } = reader.image
    const held = this.#held.get(parts)
    if (!held || --held.readers > 0) return
    this.#held.delete(parts)
    this.#bytes -= held.byteLength
  }

  async #taken(reader: Reader, give: (taken: () => void) => void): Promise<void> {
    if (this.#waiting.delete(reader)) this.#taking.add(reader)
    await untilTaken(reader.response, this.#patience, give)
    if (this.#taking.delete(reader)) this.#waiting.add(reader)
  }
}

export interface HeldImage {
  /** Identified by the object: all its readers hold the same bytes. */
  readonly parts: readonly Buffer[]
  readonly byteLength: number
}

interface Reader {
  readonly response: ServerResponse
  readonly image: HeldImage
}
