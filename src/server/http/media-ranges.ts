/** A media type in a header (RFC 9110, section 8.3.1), or a range of them. */
export interface MediaType {
  /** In lower case, such as `application/json` or `text/*`. */
  readonly name: string
  /** Names in lower case, values as sent, without quotes. */
  readonly parameters: ReadonlyMap<string, string>
  /** From 0 (not acceptable) to 1. */
  readonly quality: number
}

export function readMediaType(text: string): MediaType {
  const [name = '', ...rest] = cut(text, /(?:[^;"]|"(?:\\.|[^"\\])*"?)+/g)
  const parameters = new Map(rest.map(readParameter))
  const quality = Number(parameters.get('q') ?? 1)
  return { name: name.toLowerCase(), parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 }
}

/** Reads an Accept header. Without one, anything is acceptable. */
export function readAccept(header: string | undefined): readonly MediaType[] {
  return cut(header?.trim() || '*/*', /(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g).map(readMediaType)
}

/**
 * The offered type that the client prefers. Equal qualities are decided by the order of the header, then of `types`.
 * Undefined if it accepts none.
 */
export function accepts<Type extends string>(
  header: string | undefined,
  types: readonly Type[],
): Type | undefined {
  const ranges = readAccept(header)
  const [best] = types
    .flatMap(type => {
      const range = rangeOf(type, ranges)
      return range && range.quality > 0 ? [{ type, range }] : []
    })
    .sort(
      (one, other) =>
        other.range.quality - one.range.quality || ranges.indexOf(one.range) - ranges.indexOf(other.range),
    )
  return best?.type
}

/** The most specific range that matches a type. */
export function rangeOf(type: string, ranges: readonly MediaType[]): MediaType | undefined {
  const names = [type, `${type.split('/')[0]}/*`, '*/*']
  for (const name of names) {
    const range = ranges.find(range => range.name === name && isUtf8(range))
    if (range) return range
  }
  return undefined
}

/** All text is UTF-8, also without a charset. */
export function isUtf8({ parameters }: MediaType): boolean {
  return /^utf-?8$/i.test(parameters.get('charset') ?? 'utf-8')
}

function cut(text: string, part: RegExp): string[] {
  return (text.match(part) ?? []).map(piece => piece.trim()).filter(Boolean)
}

function readParameter(text: string): readonly [name: string, value: string] {
  const [name = '', ...value] = text.split('=')
  const bare = value
    .join('=')
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replace(/\\(.)/gs, '$1')
  return [name.trim().toLowerCase(), bare]
}
