import type { Send } from '../../upstream/breaker/guard.ts'
import { plainHealth } from '../../upstream/breaker/provider-health.ts'
import type { CallContext } from '../../upstream/call-context.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Bounds } from '../../upstream/http/bounds.ts'
import { publicLookup } from '../../upstream/http/public-address.ts'
import { statusError } from '../../upstream/http/status.ts'
import type { ImageFile } from '../../upstream/images/image.ts'
import { openImageDownloader } from '../../upstream/images/image-download.ts'
import { openFairSemaphore } from '../../upstream/rate-limit/fair-semaphore.ts'
import type { Limits } from '../../upstream/rate-limit/limits.ts'

export interface ImageHostSettings extends Bounds {
  readonly imageHosts: readonly string[]
  readonly maximumImageBytes: number
  readonly limits: Pick<Limits, 'concurrency'>
}

/** The hosts that signed URLs may name. */
export interface ImageHosts extends AsyncDisposable {
  /**
   * The image behind a URL that was just signed. If the URL expires before its turn comes, tries once with another one. Throws
   * UpstreamError, for a URL with another host before anything is connected.
   */
  image(url: string, callContext: CallContext, signAgain?: () => Promise<string>): Promise<ImageFile>
}

/**
 * A bare host of the list allows only https, at addresses of the public internet; plain http or a private address needs
 * an origin such as `http://127.0.0.1:4711` on the list.
 */
export function connectImageHosts(
  settings: ImageHostSettings,
  health = plainHealth('aura-vision'),
): ImageHosts {
  const bounds = { ...settings, maximumBytes: settings.maximumImageBytes }
  const semaphore = openFairSemaphore('aura-vision', settings.limits.concurrency, settings)
  const named = openImageDownloader('aura-vision', bounds)
  const guarded = openImageDownloader('aura-vision', bounds, { lookup: publicLookup })
  const addressOf = (text: string) => {
    const address = imageAddress(text, settings.imageHosts)
    if (address) return address
    const message = 'aura-vision named an image host that is not in AURA_VISION_IMAGE_HOSTS.'
    throw new UpstreamError('aura-vision', 'UPSTREAM_INVALID_RESPONSE', message)
  }
  const get = async ({ url, isNamed }: ImageAddress, callContext: CallContext) => {
    callContext.begun?.()
    try {
      const trail = callContext.trail?.to('GET image')
      const answer = await (isNamed ? named : guarded).get({ url, callContext: { ...callContext, trail } })
      const refusal = 'image' in answer ? undefined : statusError('aura-vision', answer)
      trail?.read(refusal)
      semaphore.note(refusal)
      return answer
    } catch (error) {
      // A call without waiters says nothing about the host.
      if (!callContext.signal.aborted) semaphore.note(error)
      throw error
    }
  }
  const inTurn: Send = async (callContext, make) => {
    using _permit = await semaphore.take(callContext)
    return await make()
  }
  return {
    async image(text, callContext, signAgain) {
      const address = addressOf(text)
      const guard = health.guardOf(address.url, settings.deadlineMilliseconds)
      const asked = { name: address.url.pathname, isRead: true, beginsLater: true }
      const find = async (callContext: CallContext) => {
        const answer = await get(address, callContext)
        if ('image' in answer) return answer.image
        if (answer.status !== 403 || !signAgain) throw statusError('aura-vision', answer)
        const second = await get(addressOf(await signAgain()), callContext)
        if ('image' in second) return second.image
        throw statusError('aura-vision', second)
      }
      return await guard.call(callContext, asked, find, inTurn)
    },
    async [Symbol.asyncDispose]() {
      semaphore[Symbol.dispose]()
      await Promise.all([named, guarded].map(upstream => upstream[Symbol.asyncDispose]()))
    },
  }
}

interface ImageAddress {
  readonly url: URL
  /** Whether its whole origin is on the list. */
  readonly isNamed: boolean
}

/** Undefined for a URL whose host is not on the list. */
export function imageAddress(text: string, hosts: readonly string[]): ImageAddress | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.username || url.password) return undefined
  const isNamed = hosts.includes(url.origin)
  return isNamed || (url.protocol === 'https:' && hosts.includes(url.host)) ? { url, isNamed } : undefined
}
