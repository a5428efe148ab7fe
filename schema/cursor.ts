import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** Where a row stood when its cursor was made: enough to continue after rows came, went or moved. */
export interface Cursor {
  /** How many rows stood before it. */
  readonly position: number
  /** The sort value, highest first; null if the list has its own order. */
  readonly sort: number | null
  /** The `markOf` of the key of the row before it; empty for the first row. */
  readonly before: string
  /** The `nameOf` of its key. */
  readonly name: string
}

/** Prints at most about 120 characters. The cursor works only in `list`. */
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

/** A key, or a hash of one that is too long for a cursor. */
export function nameOf(key: string): string {
  return key.length <= longest ? key : `~${createHash('sha256').update(key).digest('base64url')}`
}

const longest = 64

/** A short hash of a key: different keys may share it. */
export function markOf(key: string): string {
  return crc32(key).toString(36)
}
