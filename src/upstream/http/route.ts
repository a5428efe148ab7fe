import { BadInput } from '../bad-input.ts'
import { isDots } from '../vendor-id.ts'

/** The URL of a route below a base, which may have a path. Encodes segments and query, and leaves out undefined parameters. */
export function routeUrl(
  base: URL,
  segments: readonly string[],
  query: Readonly<Record<string, string | number | undefined>> = {},
): URL {
  for (const segment of segments) {
    // A lone surrogate has no encoding.
    if (isDots(segment) || !segment.isWellFormed()) throw new BadInput(`"${segment}" is not an id.`)
  }
  const path = [base.href.replace(afterPath, ''), ...segments.map(encodeURIComponent)].join('/')
  const parameters = new URLSearchParams(base.search)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  // Parsed once: changing a URL takes longer than making one.
  return new URL(parameters.size > 0 ? `${path}?${parameters}` : path)
}

/** The end of a URL: a slash at the end of its path, its query and its fragment. */
const afterPath = /\/?(?:[?#].*)?$/s

/** Equal for bases that differ only in a final slash. */
export function baseName(base: URL): string {
  const url = new URL(base)
  url.pathname = pathOf(base)
  return url.href
}

function pathOf({ pathname }: URL): string {
  return pathname.replace(/\/$/, '')
}
