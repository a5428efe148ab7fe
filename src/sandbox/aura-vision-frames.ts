/** How a response is cut into frames; the vendor's page shows only an unsplit one, `id|0|0|[…]`. */
export interface Framing {
  /** The number of parts of every response. */
  readonly parts: number
  /** How parts are numbered: 0..N of N, 0..N-1 of N or 1..N of N. All are inferred. */
  readonly numbering: 'last-index' | 'count-from-zero' | 'count-from-one'
  /** The order of parts of responses that are ready at the same time. */
  readonly order: 'in-turn' | 'interleaved' | 'reversed'
}

/** The largest message that API Gateway forwards, in bytes. */
export const messageLimit = 128 * 1024

/** A response as frames `{id}|{part}|{total}|{JSON}`, cut at any character, into more parts if a message is too long. */
export function frameAnswer(id: string, rows: unknown, { parts, numbering }: Framing): string[] {
  const json = JSON.stringify(rows)
  const room = messageLimit - Buffer.byteLength(id) - '|00000|00000|'.length
  const count = Math.min(Math.max(parts, Math.ceil(Buffer.byteLength(json) / room)), json.length)
  if (count <= 1) return [`${id}|0|0|${json}`]
  const first = numbering === 'count-from-one' ? 1 : 0
  const total = numbering === 'last-index' ? count - 1 : count
  const cut = (index: number) => Math.floor((index * json.length) / count)
  return Array.from(
    { length: count },
    (_, index) => `${id}|${index + first}|${total}|${json.slice(cut(index), cut(index + 1))}`,
  )
}

/** The frames of several responses in the order of sending. */
export function arrange(answers: readonly (readonly string[])[], order: Framing['order']): string[] {
  if (order === 'in-turn') return answers.flat()
  if (order === 'reversed') return answers.flatMap(frames => frames.toReversed())
  const longest = Math.max(...answers.map(frames => frames.length))
  return Array.from({ length: longest }, (_, turn) => answers.flatMap(frames => frames[turn] ?? [])).flat()
}
