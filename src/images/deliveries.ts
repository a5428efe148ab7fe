import type { ServerResponse } from 'node:http'
import type { Picture } from '../upstream/picture.ts'

export interface DeliveryOptions {
  /** Whoever does not take the next 64 kB within so long is dropped, in milliseconds. */
  readonly patience?: number
  /** What images may take that are being read, in bytes: past that, who has taken nothing for longest is dropped. */
  readonly maximumBytes?: number
}

/** The answers that are being read: whoever reads slowly keeps an image in memory. */
export class Deliveries {
  readonly #patience: number
  readonly #maximumBytes: number
  /** By when it last took something, longest ago first. */
  readonly #readers = new Set<Reader>()
  /** How many read each image. */
  readonly #held = new Map<Picture, number>()
  #bytes = 0

  constructor({ patience = 15_000, maximumBytes = 268_435_456 }: DeliveryOptions = {}) {
    this.#patience = patience
    this.#maximumBytes = maximumBytes
  }

  /** Resolves once all of it was taken, or its reader was dropped or has left. */
  async deliver(response: ServerResponse, picture: Picture, parts: readonly Buffer[]): Promise<void> {
    const reader: Reader = { response, picture }
    this.#begin(reader)
    try {
      for (const chunk of chunksOf(parts)) {
        if (response.closed) return
        if (!response.write(chunk)) await this.#taken(reader, 'drain')
      }
      response.end()
      if (!response.writableFinished) await this.#taken(reader, 'finish')
    } finally {
      this.#end(reader)
    }
  }

  #begin(reader: Reader): void {
    const { picture } = reader
    const readers = this.#held.get(picture) ?? 0
    if (readers === 0) this.#bytes += picture.byteLength
    this.#held.set(picture, readers + 1)
    this.#readers.add(reader)
    for (const slowest of this.#readers) {
      if (this.#bytes <= this.#maximumBytes || slowest === reader) break
      drop(slowest)
      this.#end(slowest)
    }
  }

  #end(reader: Reader): void {
    if (!this.#readers.delete(reader)) return
    const { picture } = reader
    const readers = this.#held.get(picture) ?? 0
    if (readers > 1) return void this.#held.set(picture, readers - 1)
    this.#held.delete(picture)
    this.#bytes -= picture.byteLength
  }

  /** Whether its socket has taken what it was given: resolves as well when it was dropped. */
  #taken(reader: Reader, event: 'drain' | 'finish'): Promise<void> {
    const { response } = reader
    if (response.closed) return Promise.resolve()
    return new Promise(resolve => {
      const late = setTimeout(() => drop(reader), this.#patience)
      const done = () => {
        clearTimeout(late)
        response.off(event, done).off('close', done)
        if (this.#readers.delete(reader)) this.#readers.add(reader)
        resolve()
      }
      response.once(event, done).once('close', done)
    })
  }
}

interface Reader {
  readonly response: ServerResponse
  readonly picture: Picture
}

/** Its socket is gone even where other answers were to go out on it before. */
function drop({ response }: Reader): void {
  response.req.socket.destroy()
  response.destroy()
}

/** As much as is given to a socket at once. */
const chunkBytes = 65_536

function* chunksOf(parts: readonly Buffer[]): Generator<Buffer> {
  for (const part of parts) {
    for (let start = 0; start < part.byteLength; start += chunkBytes)
      yield part.subarray(start, start + chunkBytes)
  }
}
