/** The address of a page: the origin of its website, and its path with query and fragment. */
export interface PageAddress {
  /** Without a dot at the end of the host: it names the same host. */
  readonly origin: string
  readonly path: string
}

/** Undefined if the URL's scheme is not `http` or `https`. */
export function addressOf(url: URL): PageAddress | undefined {
  if (!/^https?:$/.test(url.protocol)) return undefined
  const origin = url.origin.replace(/\.(?=$|:\d+$)/, '')
  return { origin, path: pathOf(url) }
}

/**
 * The canonical form of a path that begins with a slash, with query and fragment: as `URL` prints it, with the normalized escapes
 * of RFC 3986 (6.2.2).
 */
export function spelledPath(path: string): string {
  if (plainPath.test(path)) return path
  // Appended to the origin, not resolved against it: a path with two slashes would name another host.
  return pathOf(new URL(`https://website.invalid${path}`))
}

function pathOf({ pathname, search, hash }: URL): string {
  return withNormalEscapes(`${pathname}${search}${hash}`)
}

/** A path, or a pattern of paths, with normalized escapes. */
export function withNormalEscapes(path: string): string {
  return path.replace(/%(?:[\da-f]{2})?/gi, normalEscape)
}

/** Letters, digits, `-`, `.`, `_` and `~` are not escaped; a percent sign that begins no escape is escaped itself. */
function normalEscape(text: string): string {
  if (text === '%') return '%25'
  const character = String.fromCharCode(Number.parseInt(text.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : text.toUpperCase()
}

/** Paths that a URL leaves unchanged: no escapes, query or fragment, and no part that begins with a dot. */
const plainPath = /^(?:\/(?:[\w!$&()*+,;=:@~-][\w!$&()*+,;=:@~.-]*)?)+$/

/** A path without its query and fragment. */
export function pathnameOf(path: string): string {
  return path.slice(0, pathnameLength(path))
}

/** Equal for paths that differ only in escapes, or in a slash at the end of the pathname. */
export function likeness(path: string): string {
  const length = pathnameLength(path)
  return decoded(path.slice(0, length)).replace(/(?<=.)\/$/, '') + decoded(path.slice(length))
}

/** The path as people write it: decodes escapes, except those of separators. If they are not UTF-8, it keeps them, in capitals. */
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
