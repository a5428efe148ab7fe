import { BadInput } from '../bad-input.ts'

/** The URL of a route under a base that may have a path of its own; segments and query are encoded, undefined members left out. */
export function routeUrl(
  base: URL,
  segments: readonly string[],
  query: Readonly<Record<string, string | number | undefined>> = {},
): URL {
  for (const segment of segments) {
    // A URL would resolve dots and lead to another route; half a surrogate pair has no encoding.
    if (segment === '.' || segment === '..' || !segment.isWellFormed())
      throw new BadInput(`"${segment}" is not an id.`)
  }
  const url = new URL(base)
  url.pathname = [pathOf(base), ...segments.map(encodeURIComponent)].join('/')
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}

/** The same for bases under which all routes have the same URLs, whether a slash ends them or not. */
export function baseName(base: URL): string {
  const url = new URL(base)
  url.pathname = pathOf(base)
  return url.href
}

function pathOf({ pathname }: URL): string {
  return pathname.replace(/\/$/, '')
}
