type Line = Readonly<Record<string, unknown>>

/** The lines of an NDJSON export by what they are. Throws if it is cut. */
export function linesOf(text: string) {
  const lines: readonly Line[] = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  const verdict = lines.at(-1)?.verdict
  if (!verdict) throw new Error('An NDJSON export without a verdict is not whole.')
  return {
    rows: lines.filter(line => !('error' in line || 'note' in line || 'verdict' in line)),
    errors: lines.flatMap(line => ('error' in line ? [line.error] : [])),
    notes: lines.flatMap(line => ('note' in line ? [line.note] : [])),
    verdict,
  }
}

/** The records of a CSV by RFC 4180 as written: CRLF, names first, quotes doubled within quotes. */
export function parseCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const [names = [], ...records] = recordsOf(text)
  return records.map(fields => {
    if (fields.length !== names.length) throw new Error(`${fields.length} fields for ${names.length} names`)
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']))
  })
}

function recordsOf(text: string): readonly (readonly string[])[] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  const records: string[][] = []
  let record: string[] = []
  while (field.lastIndex < text.length) {
    const from = field.lastIndex
    const found = field.exec(text)
    if (!found) throw new Error(`no field of RFC 4180 at ${JSON.stringify(text.slice(from, from + 80))}`)
    const [, quoted, plain = '', end] = found
    record.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end !== '\r\n') continue
    records.push(record)
    record = []
  }
  return records
}
