/**
 * Frames are `{id}|{part}|{total}|{json}`. Only the first three bars are separators: the JSON may contain more.
 *
 * The vendor does not document how parts of a split answer are numbered. An unsplit answer is shown as `0|0`, so `total` may be
 * the index of the last part, or a count in which 0 means unsplit; with a count, parts may start at 0 or at 1.
 */
export const partNumberings = ['auto', 'last-index', 'count-from-zero', 'count-from-one'] as const
export type PartNumbering = (typeof partNumberings)[number]

export interface Frame {
  readonly id: string
  readonly part: number
  readonly total: number
  readonly json: string
}

/** The frame; undefined for a message without its three numbers in front, which is the gateway's own. */
export function parseFrame(message: string): Frame | undefined {
  const match = /^([^|{[]+)\|(\d+)\|(\d+)\|/.exec(message)
  if (!match) return undefined
  const [head, id = '', part, total] = match
  return { id, part: Number(part), total: Number(total), json: message.slice(head.length) }
}

/** No answer of an allowed size has more parts: each would be shorter than a tenth of the vendor's longest message. */
const mostParts = 10_000

/** The parts of one answer, which may come in any order and more than once. */
export class Assembly {
  readonly #parts = new Map<number, string>()
  readonly #numbering: PartNumbering
  /** Characters so far. */
  size = 0

  constructor(numbering: PartNumbering) {
    this.#numbering = numbering
  }

  /** Whether it is longer than that many characters so far, or has more parts than any answer. */
  isLarger(characters: number): boolean {
    return this.size > characters || this.#parts.size > mostParts
  }

  /** The whole answer once its last part is there; until then undefined. A repeated part is not read again. */
  add({ part, total, json }: Frame): string | undefined {
    if (!this.#parts.has(part)) {
      this.size += json.length
      this.#parts.set(part, json)
    }
    return this.#whole(total)
  }

  #whole(total: number): string | undefined {
    const lastIndex = () => this.#range(0, total)
    const countFromZero = () => this.#range(0, Math.max(0, total - 1))
    const countFromOne = () => this.#range(total === 0 ? 0 : 1, total)
    if (this.#numbering === 'last-index') return joined(lastIndex())
    if (this.#numbering === 'count-from-zero') return joined(countFromZero())
    if (this.#numbering === 'count-from-one') return joined(countFromOne())
    // A count of one would mean unsplit, so 1 is the last index. Each half may be a list of its own, without being the answer.
    if (total === 1) return joined(lastIndex())
    // A text without its first or last part is never whole JSON, so the text itself shows the numbering.
    return joined(lastIndex()) ?? wholeJson(countFromZero()) ?? wholeJson(countFromOne())
  }

  #range(first: number, last: number): readonly string[] | undefined {
    if (this.#parts.size < last - first + 1) return undefined
    const parts: string[] = []
    for (let part = first; part <= last; part++) {
      const text = this.#parts.get(part)
      if (text === undefined) return undefined
      parts.push(text)
    }
    return parts
  }
}

/** Parts are slices of one text, or each is a list of its own: the vendor does not document this either. */
function joined(parts: readonly string[] | undefined): string | undefined {
  if (!parts) return undefined
  const text = parts.join('')
  if (parts.length === 1 || isJson(text) || !parts.every(isJson)) return text
  const lists: unknown[] = parts.map(part => JSON.parse(part))
  return lists.every(Array.isArray) ? JSON.stringify(lists.flat()) : text
}

function wholeJson(parts: readonly string[] | undefined): string | undefined {
  const text = parts?.join('')
  return text !== undefined && isJson(text) ? text : undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
