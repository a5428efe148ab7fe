import { openPlaces } from '../../upstream/budget/places.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Flight } from '../../upstream/flight.ts'
import type { Bounds } from '../../upstream/http.ts'
import type { Limits } from '../../upstream/limits.ts'
import type { Picture } from '../../upstream/picture.ts'
import { openPictureUpstream } from '../../upstream/picture-download.ts'
import { publicLookup } from '../../upstream/public-address.ts'
import { statusError } from '../../upstream/status.ts'

export interface ImageHostSettings extends Bounds {
  readonly imageHosts: readonly string[]
  readonly maximumPictureBytes: number
  readonly limits: Pick<Limits, 'concurrency'>
}

/** The hosts that signed URLs may name. */
export interface ImageHosts extends AsyncDisposable {
  /** Throws UpstreamError, for a URL that leads elsewhere before anything is connected to. */
  picture(url: string, flight: Flight): Promise<Picture>
}

/**
 * A bare host of the list allows https alone, at addresses of the public internet; plain http or a private address needs
 * an origin such as `http://127.0.0.1:4711` on the list.
 */
export function connectImageHosts(settings: ImageHostSettings): ImageHosts {
  const bounds = { ...settings, maximumBytes: settings.maximumPictureBytes }
  const places = openPlaces('aura-vision', settings.limits.concurrency)
  const named = openPictureUpstream('aura-vision', bounds)
  const guarded = openPictureUpstream('aura-vision', bounds, { lookup: publicLookup })
  return {
    async picture(text, flight) {
      const address = imageAddress(text, settings.imageHosts)
      if (!address) {
        const message = 'aura-vision named an image host that is not in AURA_VISION_IMAGE_HOSTS.'
        throw new UpstreamError('aura-vision', 'UPSTREAM_INVALID_RESPONSE', message)
      }
      using _place = await places.take(flight)
      const answer = await (address.isNamed ? named : guarded).get({ url: address.url, flight })
      if ('picture' in answer) return answer.picture
      throw statusError('aura-vision', answer)
    },
    async [Symbol.asyncDispose]() {
      places[Symbol.dispose]()
      await Promise.all([named, guarded].map(upstream => upstream[Symbol.asyncDispose]()))
    },
  }
}

/** Undefined for a URL that leads to no host of the list; `isNamed` where its whole origin is on it. */
export function imageAddress(
  text: string,
  hosts: readonly string[],
): { readonly url: URL; readonly isNamed: boolean } | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.username || url.password) return undefined
  const isNamed = hosts.includes(url.origin)
  return isNamed || (url.protocol === 'https:' && hosts.includes(url.host)) ? { url, isNamed } : undefined
}
