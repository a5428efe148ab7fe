import { type Dispatcher, errors } from 'undici'
import { Exchange } from './exchange.ts'
import type { HttpHead, HttpResponse } from './message.ts'

/** A call whose answer is a text. */
export class TextReception extends Exchange<HttpResponse> {
  readonly #skipBody: ((head: HttpHead) => boolean) | undefined

  /** An answer whose body is skipped has an empty one. */
  constructor(maximumBytes: number, skipBody: ((head: HttpHead) => boolean) | undefined) {
    super(maximumBytes)
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

  protected override taken(): void {
    // What is not decoded is bounded by its connection.
    if (this.bytes > this.maximumBytes) this.giveUp(new errors.ResponseExceededMaxSizeError())
  }

  protected override finish(): void {
    const { status, headers } = this.head
    this.resolve({ status, headers, body: this.text() })
  }
}
