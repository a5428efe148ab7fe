import { type ProviderName, UpstreamError } from '../error.ts'

/** The most images of one provider that are downloading or waiting for their turn. */
const mostWaiting = 1000

/** Bounds how many different images of one provider are downloading or waiting at once. */
export interface ImageDownloadLimit {
  /** Dispose of the result to release it. Throws UPSTREAM_RATE_LIMITED if there are too many already. */
  take(): Disposable
}

export function openImageDownloadLimit(
  provider: ProviderName,
  most: number = mostWaiting,
): ImageDownloadLimit {
  let waiting = 0
  return {
    take() {
      if (waiting >= most) {
        const message = `Too many images of ${provider} are being downloaded at once.`
        throw new UpstreamError(provider, 'UPSTREAM_RATE_LIMITED', message, { retryAfterSeconds: 5 })
      }
      waiting++
      return {
        [Symbol.dispose]() {
          waiting--
        },
      }
    },
  }
}
