import type { Dispatcher } from 'undici'
import { type ProviderName, UpstreamError } from './error.ts'
import { type HttpAnswer, type HttpHead, header } from './http.ts'
import { firstBytes, type Picture, pictureTag, pictureType } from './picture.ts'

/** An answer that holds a picture, or says in words why there is none. */
export type PictureResponse = (HttpHead & { readonly picture: Picture }) | HttpAnswer

/** One picture as its connection brings it, which is ended as soon as it cannot be a picture of an allowed size. */
export class PictureReception implements Dispatcher.DispatchHandler {
  /** Rejects with what the call failed of, or was given up for. */
  readonly answer: Promise<PictureResponse>
  /** What its body took so far. */
  bytes = 0
  readonly #provider: ProviderName
  readonly #maximumBytes: number
  readonly #resolve: (answer: PictureResponse | Promise<PictureResponse>) => void
  readonly #reject: (reason: unknown) => void
  readonly #parts: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #givenUp: Error | undefined
  #head: HttpHead = { status: 0, headers: {} }
  #type: Promise<string> | undefined

  constructor(provider: ProviderName, maximumBytes: number) {
    const { promise, resolve, reject } = Promise.withResolvers<PictureResponse>()
    this.#provider = provider
    this.#maximumBytes = maximumBytes
    this.answer = promise
    this.#resolve = resolve
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
    this.#head = { status, headers }
    if (Number(header(this.#head, 'content-length') ?? 0) > this.#maximumBytes) this.giveUp(this.#tooLarge())
  }

  onResponseData(_controller: Dispatcher.DispatchController, part: Buffer): void {
    this.bytes += part.byteLength
    this.#parts.push(part)
    if (this.bytes > this.#maximumBytes) this.giveUp(this.#tooLarge())
    else if (this.#head.status === 200 && this.bytes >= firstBytes) this.#look()
  }

  onResponseEnd(): void {
    if (this.#givenUp) return
    if (this.#head.status === 200) this.#resolve(this.#finish())
    else this.#resolve({ ...this.#head, body: Buffer.concat(this.#parts).toString() })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error)
  }

  async #finish(): Promise<PictureResponse> {
    const contentType = await this.#look()
    const parts = this.#parts
    const picture = { parts, byteLength: this.bytes, contentType, etag: pictureTag(this.#head, parts) }
    return { ...this.#head, picture }
  }

  #look(): Promise<string> {
    if (!this.#type) {
      this.#type = pictureType(this.#provider, Buffer.concat(this.#parts))
      this.#type.catch(error => this.giveUp(error))
    }
    return this.#type
  }

  #tooLarge(): UpstreamError {
    const message = `${this.#provider} answered a picture of more than ${this.#maximumBytes} bytes.`
    return new UpstreamError(this.#provider, 'UPSTREAM_INVALID_RESPONSE', message)
  }
}
