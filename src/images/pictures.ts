import { spatialPictureSeconds } from '../providers/aura-vision/pictures.ts'
import { screenshotSeconds } from '../providers/posthog/answers.ts'
import type { Shared } from '../providers.ts'
import { Admission } from '../upstream/admission.ts'
import type { KeptAnswers } from '../upstream/answer-cache.ts'
import { Caller } from '../upstream/caller.ts'
import { notConfigured } from '../upstream/error.ts'
import { isPicture } from '../upstream/kept-pictures.ts'
import type { Picture } from '../upstream/picture.ts'
import { checkPixels, draw, type Variant } from './drawing.ts'
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
  readonly #fits = new WeakMap<Picture, Promise<void>>()
  readonly #drawn = new Map<string, Promise<Picture>>()

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
    const isVariant = variant.width !== undefined || variant.format !== undefined
    const name = JSON.stringify(['variant', reference, variant.width, variant.format])
    const kept = isVariant ? await this.#kept?.get(name) : undefined
    if (kept && isPicture(kept.value)) return ready(kept.value.picture)
    const found = await this.#ask(reference, signal)
    if (found.state !== 'READY') return found
    const { picture } = found
    await this.#fits.getOrInsertComputed(picture, () => checkPixels(picture, this.#maximumPixels))
    if (!isVariant) return found
    const drawn = await this.#draw(`${picture.etag} ${name}`, picture, variant)
    void this.#kept?.set(
      name,
      { value: { picture: drawn }, at: Date.now() },
      1000 * freshSeconds[reference.provider],
    )
    return ready(drawn)
  }

  async #ask(reference: PictureReference, signal: AbortSignal): Promise<PictureState> {
    const caller = new Caller(reference.provider, signal, new Admission(false), Number.POSITIVE_INFINITY)
    if (reference.provider === 'posthog') return this.#askScreenshot(reference, caller)
    const { auraVision } = this.#shared
    if (!auraVision) throw notConfigured(reference.provider)
    return ready((await auraVision.pictures.ask(reference, caller)).picture)
  }

  async #askScreenshot(reference: ScreenshotReference, caller: Caller): Promise<PictureState> {
    const { posthog } = this.#shared
    if (!posthog) throw notConfigured('posthog')
    const seen = posthog.renderings.known(reference) ?? (await posthog.pictures.ask(reference, caller))
    if (seen.state === 'RENDERING') {
      return { state: 'RENDERING', retryAfterSeconds: seen.retryAfterSeconds ?? 1 }
    }
    return seen
  }

  /** Once for all who want it at the same time. */
  #draw(name: string, picture: Picture, variant: Variant): Promise<Picture> {
    return this.#drawn.getOrInsertComputed(name, () =>
      draw(picture, variant, this.#maximumPixels).finally(() => this.#drawn.delete(name)),
    )
  }
}

function ready(picture: Picture): ReadyPicture {
  return { state: 'READY', picture }
}
