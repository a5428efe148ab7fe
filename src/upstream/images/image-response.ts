import type { Dispatcher } from 'undici'
import { type ProviderName, UpstreamError } from '../error.ts'
import { Exchange } from '../http/exchange.ts'
import { type HttpHead, type HttpResponse, header } from '../http/message.ts'
import { ArrivingImage } from './arriving-image.ts'
import { cutParts, firstBytes, headBytes, type ImageFile, imageTag, imageType, strongTag } from './image.ts'
import type { ImageHead, ImageTags } from './image-tags.ts'

/** A response with an image, or with a text that says why there is none. */
export type ImageResponse = (HttpHead & { readonly image: ImageFile }) | HttpResponse

export interface ImageExchangeOptions {
  readonly provider: ProviderName
  /** Without a query. */
  readonly address: string
  readonly maximumBytes: number
  readonly tags: ImageTags
  /** Called with an image that may be sent before all of it is there. */
  readonly arriving: ((image: ArrivingImage) => void) | undefined
}

/** A call for an image. Aborts as soon as the response cannot be an image of an allowed size. */
export class ImageExchange extends Exchange<ImageResponse> {
  readonly #options: ImageExchangeOptions
  #type: Promise<string> | undefined
  #arriving: ArrivingImage | undefined

  constructor(options: ImageExchangeOptions) {
    super(options.maximumBytes)
    this.#options = options
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
    else if (this.head.status === 200 && this.bytes >= (this.#isLong ? headBytes : firstBytes)) this.#look()
    this.#arriving?.note()
  }

  protected override finish(): void {
    if (this.head.status === 200) this.resolve(this.#finish())
    else this.resolve({ ...this.head, body: this.text() })
  }

  async #finish(): Promise<ImageResponse> {
    const contentType = await this.#look()
    const parts = this.chunks
    const image = { parts, byteLength: this.bytes, contentType, etag: this.#tag() }
    return { ...this.head, image }
  }

  #tag(): string {
    const { tags } = this.#options
    if (strongTag(this.head) || !this.#isLong) return imageTag(this.head, this.chunks)
    return tags.tagOf(this.#imageHead, this.chunks)
  }

  #look(): Promise<string> {
    if (!this.#type) {
      this.#type = imageType(this.#options.provider, Buffer.concat(this.chunks))
      this.#type.then(
        type => this.#show(type),
        error => this.giveUp(error),
      )
    }
    return this.#type
  }

  #show(contentType: string): void {
    const { arriving, tags } = this.#options
    if (!arriving || !this.#isLong) return
    const image = { parts: this.chunks, byteLength: this.#length, contentType }
    const tag = () => strongTag(this.head) ?? tags.early(this.#imageHead)
    const shown = new ArrivingImage(image, tag)
    this.#arriving = shown
    const end = () => shown.end()
    this.response.then(end, () => {
      end()
      if (!strongTag(this.head)) tags.brokeOff(this.#imageHead, this.chunks)
    })
    arriving(shown)
  }

  /** The length of the body according to the head; 0 if it has none. */
  get #length(): number {
    const isPlain = this.head.headers['content-encoding'] === undefined
    return isPlain ? Number(header(this.head, 'content-length') ?? 0) : 0
  }

  /** Shorter images arrive at once. */
  get #isLong(): boolean {
    return this.#length >= worthSendingEarly
  }

  get #imageHead(): ImageHead {
    return {
      address: this.#options.address,
      byteLength: this.#length,
      first: cutParts({ parts: this.chunks }, 0, headBytes),
    }
  }

  #tooLarge(): UpstreamError {
    const { provider } = this.#options
    const message = `${provider} answered an image of more than ${this.maximumBytes} bytes.`
    return new UpstreamError(provider, 'UPSTREAM_INVALID_RESPONSE', message, { isOverBound: true })
  }
}

const worthSendingEarly = 131_072
