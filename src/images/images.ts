import { spatialPictureSeconds } from '../providers/aura-vision/pictures.ts'
import { screenshotSeconds } from '../providers/posthog/answers.ts'
import type { Shared } from '../providers.ts'
import type { CacheAccess } from '../upstream/cache/cache.ts'
import { notConfigured } from '../upstream/error.ts'
import type { ImageFile } from '../upstream/images/image.ts'
import { isImageResult } from '../upstream/images/image-cache.ts'
import { RequestScope } from '../upstream/source/request-scope.ts'
import type { PictureReference, ScreenshotReference } from './references.ts'
import { Drawings } from './resized-images.ts'
import { draw, isVariant, type Size, sizeOf, UnfitPicture, type Variant } from './resizing.ts'
import type { ImageSettings } from './settings.ts'

/** There is no picture yet. */
export interface RenderingPicture {
  readonly state: 'RENDERING'
  readonly retryAfterSeconds: number
}

/** There will be none. */
export interface FailedPicture {
  readonly state: 'FAILED'
  /** In the vendor's words. */
  readonly failure: string
}

export interface ReadyPicture {
  readonly state: 'READY'
  readonly picture: ImageFile
}

export type PictureState = ReadyPicture | RenderingPicture | FailedPicture

/** How long a picture is good without asking for it again. */
export const freshSeconds = { 'aura-vision': spatialPictureSeconds, posthog: screenshotSeconds } as const

/** One account's pictures. */
export class Pictures {
  readonly #shared: Pick<Shared, 'aura-vision' | 'posthog'>
  readonly #maximumPixels: number
  readonly #kept: CacheAccess | undefined
  readonly #sizes = new WeakMap<ImageFile, Size | UnfitPicture>()
  readonly #drawings = new Drawings<string, ImageFile>()
  /** Of its own, so that no picture that is served as it is waits for those that are drawn. */
  readonly #looks = new Drawings<ImageFile, Size>({ mostAtOnce: 1, mostWaiting: 1000 })

  /** Variants are kept in `kept`. */
  constructor(
    shared: Pick<Shared, 'aura-vision' | 'posthog'>,
    { maximumPixels }: Pick<ImageSettings, 'maximumPixels'>,
    kept: CacheAccess | undefined,
  ) {
    this.#shared = shared
    this.#maximumPixels = maximumPixels
    this.#kept = kept
  }

  /**
   * A picture, as its vendor has it or as a variant: kept, or asked for, once for all who want it at the same time. Rejects
   * with UpstreamError, or with UnfitPicture for one that is too large to be shown.
   */
  async open(reference: PictureReference, variant: Variant, signal: AbortSignal): Promise<PictureState> {
    const name = JSON.stringify(['variant', reference, variant.width, variant.format])
    const kept = await this.#kept?.get(name)
    if (kept && isImageResult(kept.value)) return ready(kept.value.picture)
    const found = await this.#ask(reference, signal)
    if (found.state !== 'READY') return found
    const { picture } = found
    const size = await this.#sizeOf(picture, signal)
    if (isVariant(picture, size, variant)) return found
    const limits = { maximumPixels: this.#maximumPixels }
    const begin = () => draw(picture, size, variant, limits)
    const drawn = await this.#drawings.draw(`${picture.etag} ${name}`, begin, signal)
    const milliseconds = 1000 * freshSeconds[reference.provider]
    void this.#kept?.set(name, { value: { picture: drawn }, at: Date.now() }, milliseconds)
    return ready(drawn)
  }

  /** What makes a picture unfit is remembered as its size is: it would be as dear to find again. */
  async #sizeOf(picture: ImageFile, signal: AbortSignal): Promise<Size> {
    const known = this.#sizes.get(picture)
    if (known instanceof UnfitPicture) throw known
    if (known) return known
    try {
      const size = await sizeOf(picture, this.#maximumPixels, look => this.#looks.draw(picture, look, signal))
      this.#sizes.set(picture, size)
      return size
    } catch (error) {
      if (error instanceof UnfitPicture) this.#sizes.set(picture, error)
      throw error
    }
  }

  async #ask(reference: PictureReference, signal: AbortSignal): Promise<PictureState> {
    const scope = RequestScope.alone(reference.provider, signal)
    if (reference.provider === 'posthog') return this.#askScreenshot(reference, scope)
    const { 'aura-vision': auraVision } = this.#shared
    if (!auraVision) throw notConfigured(reference.provider)
    return ready((await auraVision.pictures.ask(reference, scope)).picture)
  }

  async #askScreenshot(reference: ScreenshotReference, scope: RequestScope): Promise<PictureState> {
    const { posthog } = this.#shared
    if (!posthog) throw notConfigured('posthog')
    const seen = await posthog.pictures.ask(reference, scope)
    if (seen.state === 'RENDERING') {
      return { state: 'RENDERING', retryAfterSeconds: seen.retryAfterSeconds ?? 1 }
    }
    return seen
  }
}

function ready(picture: ImageFile): ReadyPicture {
  return { state: 'READY', picture }
}
