import { createHash } from 'node:crypto'
import { Refusal } from './analytiks-request.ts'

/** An opaque cursor to the location at this offset, valid only for this question. */
export function writeCursor(offset: number, question: string): string {
  return Buffer.from(`${offset}.${digest(question)}`).toString('base64url')
}

/** Returns the offset; throws a 400 for a cursor of another question (inferred). */
export function readCursor(cursor: string, question: string): number {
  const [offset = '', asked] = Buffer.from(cursor, 'base64url').toString().split('.')
  if (!/^\d+$/.test(offset) || asked !== digest(question)) throw new Refusal(400, 'cursor: is not valid')
  return Number(offset)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
