import type { Dispatcher } from 'undici'
import { type ProviderName, UpstreamError } from '../error.ts'
import { Exchange } from '../http/exchange.ts'
import { type HttpHead, type HttpResponse, header } from '../http/message.ts'
import { firstBytes, type ImageFile, imageTag, imageType } from './image.ts'

/** A response with an image, or with a text that says why there is none. */
export type ImageResponse = (HttpHead & { readonly picture: ImageFile }) | HttpResponse

/** A call for an image. Aborts as soon as the response cannot be an image of an allowed size. */
export class ImageExchange extends Exchange<ImageResponse> {
  readonly #provider: ProviderName
  #type: Promise<string> | undefined

  constructor(provider: ProviderName, maximumBytes: number) {
    super(maximumBytes)
    this.#provider = provider
  }

  override onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpHead['headers'],
  ): void {
    super.onResponseStart(controller, status, headers)
    if (Number(header(this.head, 'content-length') ?? 0) > this.maximumBytes) this.giveUp(this.#tooLarge())
  }

  protected override received(): void {
    if (this.bytes > this.maximumBytes) this.giveUp(this.#tooLarge())
    else if (this.head.status === 200 && this.bytes >= firstBytes) this.#look()
  }

  protected override finish(): void {
    if (this.head.status === 200) this.resolve(this.#finish())
    else this.resolve({ ...this.head, body: this.text() })
  }

  async #finish(): Promise<ImageResponse> {
    const contentType = await this.#look()
    const parts = this.chunks
    const picture = { parts, byteLength: this.bytes, contentType, etag: imageTag(this.head, parts) }
    return { ...this.head, picture }
  }

  #look(): Promise<string> {
    if (!this.#type) {
      this.#type = imageType(this.#provider, Buffer.concat(this.chunks))
      this.#type.catch(error => this.giveUp(error))
    }
    return this.#type
  }

  #tooLarge(): UpstreamError {
    const message = `${this.#provider} answered an image of more than ${this.maximumBytes} bytes.`
    return new UpstreamError(this.#provider, 'UPSTREAM_INVALID_RESPONSE', message, { isOverBound: true })
  }
}
