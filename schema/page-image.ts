import type { Context } from '../src/context.ts'
import type { HeatOverlay, OverlayLook } from '../src/images/references.ts'
import type { PostHogScope, Screenshot } from '../src/providers/posthog/client.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { begunDays, daysAt } from './heat-days.ts'
import { checkOverlay, type OverlayArguments, toOverlay } from './heat-overlay.ts'
import type { Image } from './heatmap.ts'

export interface ImageArguments {
  readonly width?: number | null | undefined
  readonly waitUpTo?: string | null | undefined
  readonly overlay?: OverlayArguments | null | undefined
}

/** The width that PostHog serves by default (its source). */
export const defaultWidth = 1024

/** What is known of an image without a call. */
export const linkFields: ReadonlySet<string> = new Set(['__typename', 'link', 'requestedWidth'])

function checkWidth(width: number | null | undefined): void {
  if (width != null && (width < 1 || width > 3000))
    throw new BadInput(`width must be from 1 to 3000, not ${width}.`)
}

/** Refuses arguments that no image can have. */
export function checkImage(
  { width, waitUpTo, overlay }: ImageArguments,
  context: Pick<Context, 'heatmapDays'>,
): void {
  checkWidth(width)
  millisecondsOf(waitUpTo)
  if (overlay) checkOverlay(overlay, context)
}

/** The key of a heatmap's image; null if heat is to be drawn and the heatmap has no page. */
export async function imageKey(
  { scope, uuid }: Pick<ImageKey, 'scope' | 'uuid'>,
  { width, overlay }: ImageArguments,
  context: Context,
  readPage: () => Promise<string | undefined>,
): Promise<ImageKey | null> {
  const key = { scope, uuid, width: width ?? defaultWidth }
  if (!overlay) return key
  const { against } = overlay
  const days = {
    days: begunDays(daysAt('overlay.days', overlay.days, scope, context)),
    against: against ? begunDays(daysAt('overlay.against', against, scope, context)) : undefined,
  }
  const page = await readPage()
  return page ? { ...key, ...toOverlay(page, days, overlay) } : null
}

/** Throws BadInput for a duration without a fixed length, or a negative one. */
export function millisecondsOf(duration: string | null | undefined): number {
  if (!duration) return 0
  try {
    const milliseconds = Temporal.Duration.from(duration).total('milliseconds')
    if (milliseconds >= 0) return milliseconds
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw new BadInput(`waitUpTo is a time from PT0S on, in hours, minutes and seconds, not "${duration}".`)
}

/** An image that is only known to be READY, since nobody has loaded it. */
export function toImage(
  { scope, uuid, width, overlay, look }: ImageKey,
  seen: Screenshot | { readonly state: 'READY' },
): Image {
  return {
    contentType: null,
    width: null,
    retryAfterSeconds: null,
    failure: null,
    ...seen,
    requestedWidth: width,
    drawnWidth: null,
    ...(look && { look }),
    reference:
      seen.state === 'FAILED'
        ? null
        : { provider: 'posthog', scope: { ...scope }, uuid, width, ...(overlay && { overlay }) },
  }
}

/** The key of an image. */
export interface ImageKey {
  readonly scope: PostHogScope
  readonly uuid: string
  readonly width: number
  readonly overlay?: HeatOverlay | undefined
  readonly look?: OverlayLook
}
