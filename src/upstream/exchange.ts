import type { Dispatcher } from 'undici'
import type { HttpHead } from './http.ts'

/** One call as its connection brings the answer, without the streams that undici's `request` makes for each body. */
export abstract class Exchange<Answer> implements Dispatcher.DispatchHandler {
  /** Rejects with what the call failed of, or was given up for. */
  readonly answer: Promise<Answer>
  /** What its body took so far. */
  bytes = 0
  protected head: HttpHead = { status: 0, headers: {} }
  protected readonly chunks: Buffer[] = []
  protected readonly resolve: (answer: Answer | Promise<Answer>) => void
  readonly #reject: (reason: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #givenUp: Error | undefined

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.answer = promise
    this.resolve = resolve
    this.#reject = reject
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
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpHead['headers'],
  ): void {
    this.head = { status, headers }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.byteLength
    this.chunks.push(chunk)
  }

  abstract onResponseEnd(): void

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error)
  }

  protected get isGivenUp(): boolean {
    return this.#givenUp !== undefined
  }
}
