import { hash } from 'node:crypto'
import { spatialImageSeconds } from '../providers/aura-vision/image-source.ts'
import { screenshotSeconds } from '../providers/posthog/sources.ts'
import type { Sources } from '../providers.ts'
import type { CacheAccess } from '../upstream/cache/cache.ts'
import { notConfigured } from '../upstream/error.ts'
import { ArrivingImage } from '../upstream/images/arriving-image.ts'
import type { ImageFile } from '../upstream/images/image.ts'
import { isImageResult } from '../upstream/images/image-result.ts'
import type { RequestScope } from '../upstream/source/request-scope.ts'
import { ChangedImage, type EarlyImage, isServable } from './arriving.ts'
import { DrawingQueue } from './drawing-queue.ts'
import { drawOverlay } from './overlay/draw-overlay.ts'
import { askHeat, overlaySeconds } from './overlay/overlay-heat.ts'
import type { ImageReference, OverlayLook, ScreenshotReference } from './references.ts'
import { draw, isVariant, type Size, sizeOf, UnfitImage, type Variant } from './resizing.ts'
import type { ImageSettings } from './settings.ts'

/** The vendor is still rendering it. */
export interface RenderingImage {
  readonly state: 'RENDERING'
  readonly retryAfterSeconds: number
}

/** The vendor could not render it. */
export interface FailedImage {
  readonly state: 'FAILED'
  /** The vendor's message. */
  readonly failure: string
}

export interface ReadyImage {
  readonly state: 'READY'
  readonly image: ImageFile
  /** In CSS pixels, if the vendor reports it. */
  readonly recordedWidth?: number | null
}

export type ImageState = ReadyImage | RenderingImage | FailedImage

/** Seconds for which a client may use an image without asking again. */
export function freshSecondsOf(reference: ImageReference): number {
  if (reference.provider === 'aura-vision') return spatialImageSeconds
  const { overlay } = reference
  return overlay ? overlaySeconds(overlay, screenshotSeconds, Date.now()) : screenshotSeconds
}

/** The images of one account. */
export class Images {
  readonly #sources: Pick<Sources, 'aura-vision' | 'posthog'>
  readonly #maximumPixels: number
  readonly #cache: CacheAccess | undefined
  readonly #sizes = new WeakMap<ImageFile, Size | UnfitImage>()
  readonly #drawings = new DrawingQueue<string, ImageFile>()
  /** A queue of its own, so that images served unchanged do not wait behind drawings. */
  readonly #looks = new DrawingQueue<ImageFile, Size>({ mostAtOnce: 1, mostWaiting: 1000 })

  /** `cache` keeps variants. */
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
   * Returns an image as the vendor has it, or a variant, or with heat over it: cached, or downloaded and drawn once for all
   * concurrent requests. Rejects with UpstreamError, or with UnfitImage if it is too large to be shown.
   */
  async open(
    reference: ImageReference,
    variant: Variant & OverlayLook,
    scope: RequestScope,
  ): Promise<ImageState> {
    const { signal } = scope
    const name = nameOf(reference, variant)
    const entry = await this.#cache?.get(name)
    if (entry && isImageResult(entry.value)) return ready(entry.value.image)
    const found = await this.#ask(reference, scope)
    if (found.state !== 'READY') return found
    const { image } = found
    const size = await this.#sizeOf(image, signal)
    const begin = await this.#drawingOf(reference, { ...found, size }, variant, scope)
    if (!begin) return found
    const drawn = await this.#drawings.draw(`${image.etag} ${name}`, begin, signal)
    const milliseconds = 1000 * freshSecondsOf(reference)
    void this.#cache?.set(name, { value: { image: drawn }, at: Date.now() }, milliseconds)
    return ready(drawn)
  }

  /** As `open`, but resolves sooner with an image that is served unchanged, once its first bytes are there and checked. */
  openEarly(
    reference: ImageReference,
    variant: Variant & OverlayLook,
    scope: RequestScope,
  ): Promise<ImageState | EarlyImage> {
    const opened = this.open(reference, variant, scope)
    if (reference.provider === 'posthog' && reference.overlay) return opened
    const { promise, resolve, reject } = Promise.withResolvers<ImageState | EarlyImage>()
    opened.then(resolve, reject)
    scope.onArriving = async image => {
      // Nothing more comes of a failed call: wait for the next call, or its failure.
      if (!(image instanceof ArrivingImage) || image.isOver) return
      if (!(await isServable(image, variant, this.#maximumPixels).catch(() => false))) return
      const whole = opened.then(imageOf)
      // The response waits for it only at its end.
      whole.catch(() => undefined)
      resolve({ state: 'ARRIVING', image, whole })
    }
    return promise
  }

  /** Draws the variant; undefined for an image that is served unchanged. */
  async #drawingOf(
    reference: ImageReference,
    { image, size, recordedWidth }: ReadyImage & { readonly size: Size },
    variant: Variant & OverlayLook,
    scope: RequestScope,
  ): Promise<(() => Promise<ImageFile>) | undefined> {
    const limits = { maximumPixels: this.#maximumPixels }
    if (reference.provider === 'posthog' && reference.overlay) {
      const screenshot = { image, size, recordedWidth: recordedWidth ?? size.width }
      const key = { scope: reference.scope, overlay: reference.overlay }
      const heat = await askHeat(this.#posthog, key, screenshot.recordedWidth, scope)
      return () => drawOverlay(screenshot, heat, variant, limits)
    }
    if (isVariant(image, size, variant)) return undefined
    return () => draw(image, size, variant, limits)
  }

  /** Remembers an unfit image like a size, as finding out again would cost as much. */
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

  async #ask(reference: ImageReference, scope: RequestScope): Promise<ImageState> {
    if (reference.provider === 'posthog') return this.#askScreenshot(reference, scope)
    const { 'aura-vision': auraVision } = this.#sources
    if (!auraVision) throw notConfigured(reference.provider)
    return ready((await auraVision.images.ask(reference, scope)).image)
  }

  async #askScreenshot(
    { scope: project, uuid, width }: ScreenshotReference,
    scope: RequestScope,
  ): Promise<ImageState> {
    const seen = await this.#posthog.images.ask({ scope: project, uuid, width }, scope)
    if (seen.state === 'RENDERING') {
      return { state: 'RENDERING', retryAfterSeconds: seen.retryAfterSeconds ?? 1 }
    }
    return seen.state === 'READY' ? { ...ready(seen.image), recordedWidth: seen.width } : seen
  }

  get #posthog(): NonNullable<Sources['posthog']> {
    const { posthog } = this.#sources
    if (!posthog) throw notConfigured('posthog')
    return posthog
  }
}

/** Hashed, since the address of a page may be private. */
function nameOf(
  reference: ImageReference,
  { width, format, palette, opacity }: Variant & OverlayLook,
): string {
  const parts = ['variant', reference, width, format, palette, opacity]
  return hash('sha256', JSON.stringify(parts), 'base64url')
}

function imageOf(found: ImageState): ImageFile {
  if (found.state === 'READY') return found.image
  throw new ChangedImage('The image was withdrawn while it was sent.')
}

function ready(image: ImageFile): ReadyImage {
  return { state: 'READY', image }
}
