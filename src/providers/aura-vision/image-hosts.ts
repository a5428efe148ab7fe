import { UpstreamError } from '../../upstream/error.ts'

/**
 * The URL as it came when its host is on the list, else the error to tell in its place. A bare host allows https alone;
 * plain http needs an origin such as `http://127.0.0.1:4711` on the list.
 */
export function allowedImageUrl(url: string, hosts: readonly string[]): string | UpstreamError {
  const { origin, host, protocol } = URL.canParse(url) ? new URL(url) : { origin: '', host: '', protocol: '' }
  if (hosts.includes(origin) || (protocol === 'https:' && hosts.includes(host))) return url
  const message = 'aura-vision named an image host that is not in AURA_VISION_IMAGE_HOSTS.'
  return new UpstreamError('aura-vision', 'UPSTREAM_INVALID_RESPONSE', message)
}
