import type { LookupFunction } from 'node:net'
import type { CallContext } from '../call-context.ts'
import type { ProviderName } from '../error.ts'
import type { Bounds } from '../http/bounds.ts'
import { Connections } from '../http/connections.ts'
import { openDispatch } from '../http/dispatch.ts'
import { loadDetection } from './image.ts'
import { ImageExchange, type ImageResponse } from './image-response.ts'
import { ImageTags } from './image-tags.ts'

export interface ImageCall {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly callContext: CallContext
}

/** One provider's connections for images. Does not follow redirects. */
export interface ImageDownloader extends AsyncDisposable {
  /**
   * Sends one GET. Returns an image for status 200, checked while it arrives, and the text of any other status. Throws
   * UpstreamError if there is no response in time, or if it is too large or not an image.
   */
  get(call: ImageCall): Promise<ImageResponse>
}

/** `lookup` resolves host names; by default the system does. A proxy resolves the hosts behind it. */
export function openImageDownloader(
  provider: ProviderName,
  bounds: Bounds,
  { lookup }: { readonly lookup?: LookupFunction } = {},
): ImageDownloader {
  const { deadlineMilliseconds, maximumBytes, proxies } = bounds
  const connections = new Connections({
    timeoutMilliseconds: deadlineMilliseconds,
    proxies,
    ...(lookup && { lookup }),
  })
  const dispatch = openDispatch(provider, bounds, connections)
  const tags = new ImageTags()
  return {
    async get({ url, headers, callContext }) {
      await loadDetection()
      const request = {
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'GET' as const,
        headers: {
          accept: '*/*',
          'accept-encoding': 'identity',
          ...headers,
        },
      }
      const { arriving } = callContext
      // The query may be a signature: a different one each time, and a secret.
      const address = url.origin + url.pathname
      const open = () => new ImageExchange({ provider, address, maximumBytes, tags, arriving })
      return dispatch({ request, open, callContext, isRead: true, isCreation: false })
    },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  }
}
