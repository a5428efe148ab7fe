/** Where a page is: its website, and its path there with query and fragment. */
export interface PageAddress {
  /** Without a dot at the end of the host, which names the same host. */
  readonly origin: string
  readonly path: string
}

/** Undefined for a URL that is no page's: only `http` and `https` have pages. */
export function addressOf(url: URL): PageAddress | undefined {
  if (!/^https?:$/.test(url.protocol)) return undefined
  const origin = url.origin.replace(/\.(?=$|:\d+$)/, '')
  return { origin, path: `${url.pathname}${url.search}${url.hash}` }
}

/** The one spelling of a path that begins with a slash: as `URL` prints it, percent-encoded, with query and fragment. */
export function spelledPath(path: string): string {
  // Not relative to an origin: two slashes would be another host.
  const { pathname, search, hash } = new URL(`https://website.invalid${path}`)
  return `${pathname}${search}${hash}`
}

/** A path without its query and fragment. */
export function pathnameOf(path: string): string {
  return path.slice(0, pathnameLength(path))
}

/** Paths that differ only in how they are escaped, or in a slash at the end of the pathname, are alike: equal texts. */
export function likeness(path: string): string {
  const length = pathnameLength(path)
  return decoded(path.slice(0, length)).replace(/(?<=.)\/$/, '') + decoded(path.slice(length))
}

/** As people write it: without escapes that hide no separator. A path whose escapes are no UTF-8 stays as it is. */
export function decoded(path: string): string {
  return tryDecoding(path).replace(/%[\da-f]{2}/gi, digits => digits.toUpperCase())
}

function tryDecoding(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

function pathnameLength(path: string): number {
  const end = path.search(/[?#]/)
  return end < 0 ? path.length : end
}
