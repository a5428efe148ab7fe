import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { errorCode } from '../upstream/error-code.ts'

export type ReadText = { readonly text: string } | { readonly problem: string }

/** Reads a text in UTF-8, without its byte order mark. A problem is a sentence that names the file and calls it `what`. */
export async function readTextFile(file: string, what: string): Promise<ReadText> {
  try {
    const bytes = await readFile(file)
    if (isUtf8(bytes)) return { text: utf8.decode(bytes) }
    return { problem: `${file}:${firstOtherLine(bytes)}: ${what} is not in UTF-8 here: save it as UTF-8` }
  } catch (error) {
    const code = errorCode(error)
    return { problem: `${file}: ${what} cannot be read${code ? ` (${code})` : ''}` }
  }
}

const utf8 = new TextDecoder()

/** Counted from 1. In UTF-8, the byte that ends a line is never part of another character. */
function firstOtherLine(bytes: Buffer): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf('\n', start)
    const next = end < 0 ? bytes.length : end + 1
    if (!isUtf8(bytes.subarray(start, next))) break
    start = next
  }
  return line
}
