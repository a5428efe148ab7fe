import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** Where a row stood when its cursor was made: enough to find its place again when rows came, went or moved since. */
export interface Cursor {
  /** How many rows stood before it. */
  readonly position: number
  /** What the list is sorted by, most first; null where it has an order of its own. */
  readonly sort: number | null
  /** Of the row before it, as far as `markOf` tells; empty for the first. */
  readonly before: string
  /** Its `nameOf`. */
  readonly name: string
}

/** As text of at most about 120 characters. `list` is what the cursor is good for, and in no other list. */
export function printCursor(list: string, { position, sort, before, name }: Cursor): string {
  const text = [position, sort ?? '', before, name].join('.')
  return `${markOf(`${list}\n${text}`)}.${text}`
}

/** Undefined for a text that is no cursor of this list. */
export function readCursor(list: string, text: string): Cursor | undefined {
  const [, mark, rest = '', position = '', sort = '', before = '', name = ''] =
    /^(\w+)\.((\d{1,9})\.(-?\d{1,16})?\.(\w*)\.(.*))$/s.exec(text) ?? []
  if (mark === undefined || mark !== markOf(`${list}\n${rest}`)) return undefined
  return { position: Number(position), sort: sort === '' ? null : Number(sort), before, name }
}

/** A key, or what stands for one that is too long to be handed out. */
export function nameOf(key: string): string {
  return key.length <= longest ? key : `~${createHash('sha256').update(key).digest('base64url')}`
}

const longest = 64

/** A few letters for a key: different keys may have the same. */
export function markOf(key: string): string {
  return crc32(key).toString(36)
}
