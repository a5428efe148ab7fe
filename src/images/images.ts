import { spatialPictureSeconds } from '../providers/aura-vision/pictures.ts'
import { screenshotSeconds } from '../providers/posthog/sources.ts'
import type { Sources } from '../providers.ts'
import type { CacheAccess } from '../upstream/cache/cache.ts'
import { notConfigured } from '../upstream/error.ts'
import type { ImageFile } from '../upstream/images/image.ts'
import { isImageResult } from '../upstream/images/image-cache.ts'
import { RequestScope } from '../upstream/source/request-scope.ts'
import { DrawingQueue } from './drawing-queue.ts'
import type { ImageReference, ScreenshotReference } from './references.ts'
import { draw, isVariant, type Size, sizeOf, UnfitImage, type Variant } from './resizing.ts'
import type { ImageSettings } from './settings.ts'

/** There is no picture yet. */
export interface RenderingImage {
  readonly state: 'RENDERING'
  readonly retryAfterSeconds: number
}

/** There will be none. */
export interface FailedImage {
  readonly state: 'FAILED'
  /** In the vendor's words. */
  readonly failure: string
}

export interface ReadyImage {
  readonly state: 'READY'
  readonly image: ImageFile
}

export type ImageState = ReadyImage | RenderingImage | FailedImage

/** How long a picture is good without asking for it again. */
export const freshSeconds = { 'aura-vision': spatialPictureSeconds, posthog: screenshotSeconds } as const

/** One account's pictures. */
export class Images {
  readonly #sources: Pick<Sources, 'aura-vision' | 'posthog'>
  readonly #maximumPixels: number
  readonly #cache: CacheAccess | undefined
  readonly #sizes = new WeakMap<ImageFile, Size | UnfitImage>()
  readonly #drawings = new DrawingQueue<string, ImageFile>()
  /** Of its own, so that no picture that is served as it is waits for those that are drawn. */
  readonly #looks = new DrawingQueue<ImageFile, Size>({ mostAtOnce: 1, mostWaiting: 1000 })

  /** Variants are kept in `kept`. */
  constructor(
    sources: Pick<Sources, 'aura-vision' | 'posthog'>,
    { maximumPixels }: Pick<ImageSettings, 'maximumPixels'>,
    cache: CacheAccess | undefined,
  ) {
    this.#sources = sources
    this.#maximumPixels = maximumPixels
    this.#cache = cache
  }

  /**
   * A picture, as its vendor has it or as a variant: kept, or asked for, once for all who want it at the same time. Rejects
   * with UpstreamError, or with UnfitPicture for one that is too large to be shown.
   */
  async open(reference: ImageReference, variant: Variant, signal: AbortSignal): Promise<ImageState> {
    const name = JSON.stringify(['variant', reference, variant.width, variant.format])
    const entry = await this.#cache?.get(name)
    if (entry && isImageResult(entry.value)) return ready(entry.value.picture)
    const found = await this.#ask(reference, signal)
    if (found.state !== 'READY') return found
    const { image } = found
    const size = await this.#sizeOf(image, signal)
    if (isVariant(image, size, variant)) return found
    const limits = { maximumPixels: this.#maximumPixels }
    const begin = () => draw(image, size, variant, limits)
    const drawn = await this.#drawings.draw(`${image.etag} ${name}`, begin, signal)
    const milliseconds = 1000 * freshSeconds[reference.provider]
    void this.#cache?.set(name, { value: { picture: drawn }, at: Date.now() }, milliseconds)
    return ready(drawn)
  }

  /** What makes a picture unfit is remembered as its size is: it would be as dear to find again. */
  async #sizeOf(image: ImageFile, signal: AbortSignal): Promise<Size> {
    const known = this.#sizes.get(image)
    if (known instanceof UnfitImage) throw known
    if (known) return known
    try {
      const size = await sizeOf(image, this.#maximumPixels, look => this.#looks.draw(image, look, signal))
      this.#sizes.set(image, size)
      return size
    } catch (error) {
      if (error instanceof UnfitImage) this.#sizes.set(image, error)
      throw error
    }
  }

  async #ask(reference: ImageReference, signal: AbortSignal): Promise<ImageState> {
    const scope = RequestScope.alone(reference.provider, signal)
    if (reference.provider === 'posthog') return this.#askScreenshot(reference, scope)
    const { 'aura-vision': auraVision } = this.#sources
    if (!auraVision) throw notConfigured(reference.provider)
    return ready((await auraVision.pictures.ask(reference, scope)).picture)
  }

  async #askScreenshot(reference: ScreenshotReference, scope: RequestScope): Promise<ImageState> {
    const { posthog } = this.#sources
    if (!posthog) throw notConfigured('posthog')
    const seen = await posthog.pictures.ask(reference, scope)
    if (seen.state === 'RENDERING') {
      return { state: 'RENDERING', retryAfterSeconds: seen.retryAfterSeconds ?? 1 }
    }
    return seen.state === 'READY' ? ready(seen.picture) : seen
  }
}

function ready(image: ImageFile): ReadyImage {
  return { state: 'READY', image }
}
