import { isUtf8 } from 'node:buffer'
import { Transform } from 'node:stream'
import { isSpecType } from '@modelcontextprotocol/server'
import { Refusal } from '../server/http/refusal.ts'
import { BadMessage, invalidRequest, parseError, refusalAnswer } from './message-errors.ts'
import { idOf } from './messages.ts'

export interface MessageLinesOptions {
  /** The most bytes of a line. */
  readonly bytes: number
  /** Resolves when the client has taken it. */
  readonly answer: (line: string) => Promise<void>
}

/**
 * Passes lines with messages on, and answers all others with an error: the protocol's library drops those, and their sender would
 * wait. Reads on once the answer is taken, so that a flood of wrong lines waits at its sender.
 */
export function messageLines({ bytes, answer }: MessageLinesOptions): Transform {
  let parts: Buffer[] = []
  let length = 0
  /** Nothing is kept of a line that is too long. */
  const add = (part: Buffer) => {
    length += part.length
    if (length > bytes) parts = []
    else parts.push(part)
  }
  const take = () => {
    const line = length > bytes ? undefined : Buffer.concat(parts)
    parts = []
    length = 0
    return line
  }
  return new Transform({
    readableObjectMode: true,
    async transform(chunk: Buffer, _encoding, done) {
      let start = 0
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        add(chunk.subarray(start, end))
        start = end + 1
        const line = take()
        const wrong = line ? wrongIn(line) : refusalAnswer(tooLong(bytes))
        if (wrong) await answer(`${JSON.stringify(wrong)}\n`)
        else this.push(Buffer.from(`${line}\n`))
      }
      add(chunk.subarray(start))
      done()
    },
  })
}

function tooLong(bytes: number): Refusal {
  return new Refusal(413, `A message has ${bytes} bytes at most.`)
}

/** The answer to a line that is no message. An empty line needs none, and the library drops it. */
function wrongIn(line: Buffer): ReturnType<typeof refusalAnswer> | undefined {
  if (!isUtf8(line)) return refusalAnswer(new BadMessage(parseError, 'The message is not UTF-8.'))
  const text = line.toString()
  if (text.trim() === '') return undefined
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return refusalAnswer(new BadMessage(parseError, 'The message is not JSON.'))
  }
  if (isSpecType.JSONRPCMessage(message)) return undefined
  const what = Array.isArray(message)
    ? 'Standard input has one message a line, and no batches.'
    : 'The line is no message of JSON-RPC 2.0.'
  return refusalAnswer(new BadMessage(invalidRequest, what), undefined, idOf(message))
}
