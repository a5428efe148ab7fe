/** A media type as a header names it (RFC 9110, section 8.3.1), or a range of them. */
export interface MediaType {
  /** In small letters, such as `application/json`, `text/*`. */
  readonly name: string
  /** Names in small letters, values as they stand, without quotes. */
  readonly parameters: ReadonlyMap<string, string>
  /** From 0, which says that it is not taken, to 1. */
  readonly quality: number
}

export function readMediaType(text: string): MediaType {
  const [name = '', ...rest] = cut(text, /(?:[^;"]|"(?:\\.|[^"\\])*"?)+/g)
  const parameters = new Map(rest.map(readParameter))
  const quality = Number(parameters.get('q') ?? 1)
  return { name: name.toLowerCase(), parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 }
}

/** Reads the header Accept; without it anything is taken. */
export function readAccept(header: string | undefined): readonly MediaType[] {
  return cut(header?.trim() || '*/*', /(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g).map(readMediaType)
}

/**
 * The best of the types that are there, of equals the one that the header names first, then the one that stands first here;
 * undefined where it takes none of them.
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

/** The most exact range that a type is in. */
export function rangeOf(type: string, ranges: readonly MediaType[]): MediaType | undefined {
  const names = [type, `${type.split('/')[0]}/*`, '*/*']
  for (const name of names) {
    const range = ranges.find(range => range.name === name && isUtf8(range))
    if (range) return range
  }
  return undefined
}

/** What is sent and read is UTF-8; so is what says nothing of it. */
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
