import type { Dispatcher } from 'undici'
import { Exchange } from './exchange.ts'
import type { HttpAnswer, HttpHead } from './http.ts'

/** A call whose answer is a text. */
export class Reception extends Exchange<HttpAnswer> {
  readonly #skipBody: ((head: HttpHead) => boolean) | undefined

  /** An answer whose body is skipped has an empty one. */
  constructor(skipBody: ((head: HttpHead) => boolean) | undefined) {
    super()
    this.#skipBody = skipBody
  }

  override onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpHead['headers'],
  ): void {
    super.onResponseStart(controller, status, headers)
    if (status < 200 || !this.#skipBody?.(this.head)) return
    this.resolve({ status, headers, body: '' })
    // Ends the connection as well: reading on, if only to throw away, would wait for the slowest picture.
    controller.abort(new Error('The body is not wanted.'))
  }

  override onResponseEnd(): void {
    const [first] = this.chunks
    const body = first && this.chunks.length === 1 ? first : Buffer.concat(this.chunks)
    const { status, headers } = this.head
    this.resolve({ status, headers, body: decoder.decode(body) })
  }
}

const decoder = new TextDecoder()
