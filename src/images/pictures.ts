import { spatialPictureSeconds } from '../providers/aura-vision/pictures.ts'
import { screenshotSeconds } from '../providers/posthog/answers.ts'
import type { Shared } from '../providers.ts'
import type { KeptAnswers } from '../upstream/answer-cache.ts'
import { Caller } from '../upstream/caller.ts'
import { notConfigured } from '../upstream/error.ts'
import { isPicture } from '../upstream/kept-pictures.ts'
import type { Picture } from '../upstream/picture.ts'
import { draw, isVariant, type Size, sizeOf, type Variant } from './drawing.ts'
import { Drawings } from './drawings.ts'
import type { PictureReference, ScreenshotReference } from './references.ts'
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
  readonly picture: Picture
}

export type PictureState = ReadyPicture | RenderingPicture | FailedPicture

/** How long a picture is good without asking for it again. */
export const freshSeconds = { 'aura-vision': spatialPictureSeconds, posthog: screenshotSeconds } as const

/** One account's pictures. */
export class Pictures {
  readonly #shared: Pick<Shared, 'auraVision' | 'posthog'>
  readonly #maximumPixels: number
  readonly #kept: KeptAnswers | undefined
  readonly #sizes = new WeakMap<Picture, Promise<Size>>()
  readonly #drawings = new Drawings()

  /** Variants are kept in `kept`. */
  constructor(
    shared: Pick<Shared, 'auraVision' | 'posthog'>,
    { maximumPixels }: Pick<ImageSettings, 'maximumPixels'>,
    kept: KeptAnswers | undefined,
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
    if (kept && isPicture(kept.value)) return ready(kept.value.picture)
    const found = await this.#ask(reference, signal)
    if (found.state !== 'READY') return found
    const { picture } = found
    const size = await this.#sizes.getOrInsertComputed(picture, () => sizeOf(picture, this.#maximumPixels))
    if (isVariant(picture, size, variant)) return found
    const limits = { maximumPixels: this.#maximumPixels }
    const begin = () => draw(picture, size, variant, limits)
    const drawn = await this.#drawings.draw(`${picture.etag} ${name}`, begin, signal)
    const milliseconds = 1000 * freshSeconds[reference.provider]
    void this.#kept?.set(name, { value: { picture: drawn }, at: Date.now() }, milliseconds)
    return ready(drawn)
  }

  async #ask(reference: PictureReference, signal: AbortSignal): Promise<PictureState> {
    const caller = Caller.alone(reference.provider, signal)
    if (reference.provider === 'posthog') return this.#askScreenshot(reference, caller)
    const { auraVision } = this.#shared
    if (!auraVision) throw notConfigured(reference.provider)
    return ready((await auraVision.pictures.ask(reference, caller)).picture)
  }

  async #askScreenshot(reference: ScreenshotReference, caller: Caller): Promise<PictureState> {
    const { posthog } = this.#shared
    if (!posthog) throw notConfigured('posthog')
    const seen = await posthog.pictures.ask(reference, caller)
    if (seen.state === 'RENDERING') {
      return { state: 'RENDERING', retryAfterSeconds: seen.retryAfterSeconds ?? 1 }
    }
    return seen
  }
}

function ready(picture: Picture): ReadyPicture {
  return { state: 'READY', picture }
}
