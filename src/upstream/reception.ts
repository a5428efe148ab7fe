import type { Dispatcher } from 'undici'
import type { HttpAnswer, HttpHead } from './http.ts'

/** One answer as its connection brings it, without the streams that undici's `request` makes for each body. */
export class Reception implements Dispatcher.DispatchHandler {
  /** Rejects with what the call failed of, or was given up for. */
  readonly answer: Promise<HttpAnswer>
  /** What its body took so far. */
  bytes = 0
  readonly #resolve: (answer: HttpAnswer) => void
  readonly #reject: (reason: unknown) => void
  readonly #skipBody: ((head: HttpHead) => boolean) | undefined
  #controller: Dispatcher.DispatchController | undefined
  #givenUp: Error | undefined
  #head: HttpHead = { status: 0, headers: {} }
  readonly #chunks: Buffer[] = []

  /** An answer whose body is skipped has an empty one. */
  constructor(skipBody: ((head: HttpHead) => boolean) | undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
    this.answer = promise
    this.#resolve = resolve
    this.#reject = reject
    this.#skipBody = skipBody
  }

  /** Ends the call upstream, at once or as soon as it has a connection. */
  giveUp(reason: Error): void {
    this.#givenUp = reason
    this.#reject(reason)
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#givenUp) controller.abort(this.#givenUp)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpHead['headers'],
  ): void {
    this.#head = { status, headers }
    if (status < 200 || !this.#skipBody?.(this.#head)) return
    this.#resolve({ status, headers, body: '' })
    // Ends the connection as well: reading on, if only to throw away, would wait for the slowest picture.
    controller.abort(new Error('The body is not wanted.'))
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.byteLength
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [first] = this.#chunks
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
    const { status, headers } = this.#head
    this.#resolve({ status, headers, body: decoder.decode(body) })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error)
  }
}

const decoder = new TextDecoder()
