/**
 * Frames are `{id}|{part}|{total}|{json}`. Only the first three bars separate: the JSON may hold more.
 *
 * How the parts of a split answer are numbered is not public. An unsplit one is shown as `0|0`, so `total` may be the
 * index of the last part, or a count in which 0 means unsplit; with a count, parts may start at 0 or at 1.
 */
export const partNumberings = ['auto', 'last-index', 'count-from-zero', 'count-from-one'] as const
export type PartNumbering = (typeof partNumberings)[number]

export interface Frame {
  readonly id: string
  readonly part: number
  readonly total: number
  readonly json: string
}

/** The frame, or undefined for a message without its three numbers in front: the gateway's own words. */
export function parseFrame(message: string): Frame | undefined {
  const match = /^([^|{[]+)\|(\d+)\|(\d+)\|/.exec(message)
  if (!match) return undefined
  const [head, id = '', part, total] = match
  return { id, part: Number(part), total: Number(total), json: message.slice(head.length) }
}

/** No answer of an allowed size has more parts: each would hold less than a tenth of what the vendor's messages may. */
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

  /** Whether it has more than so many characters so far, or more parts than any answer has. */
  isLarger(characters: number): boolean {
    return this.size > characters || this.#parts.size > mostParts
  }

  /** The whole answer once its last part is here, else undefined. A part that comes again is not read again. */
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
    // A count of one would be unsplit, so 1 is the last index; each half may be a list of its own, and neither the answer.
    if (total === 1) return joined(lastIndex())
    // A text that lacks its first or last part is never whole JSON, so the text itself tells which numbering it is.
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

/** Parts are slices of one text, or each a list of its own: which one is not public either. */
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
