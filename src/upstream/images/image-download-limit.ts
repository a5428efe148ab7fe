import { type ProviderName, UpstreamError } from '../error.ts'

/** How many different images of one provider may be waited for at once: each may wait for a turn at its vendor. */
const mostWaiting = 1000

/** A bound on the images of one provider that are asked for at once, each for all who want it. */
export interface ImageDownloadLimit {
  /** Given back when disposed of; throws UPSTREAM_RATE_LIMITED where too many are waited for already. */
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
        const message = `Too many pictures of ${provider} are waited for at once.`
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
