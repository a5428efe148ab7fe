import { z } from 'zod'
import type { Result } from '../server/graphql/result-body.ts'
import { isLongJson } from '../server/http/json-pieces.ts'
import { counted } from '../upstream/counted.ts'
import { cutText } from '../upstream/cut-text.ts'

/** The part of a call that a model reads. */
export type ToolResult = {
  readonly content: { readonly type: 'text'; readonly text: string }[]
  readonly structuredContent?: Readonly<Record<string, unknown>>
  readonly isError?: true
}

/** The most bytes of a result, since reading costs a model by length. Its message adds a hundred or two. */
const mostBytes = 7800

/**
 * A result as text, and as data if both fit. A longer one becomes an error that says so: none is ever cut. A result with errors
 * is an error as a whole, and still holds its data.
 */
export function toolResult(body: Result): ToolResult {
  if (isLongJson(body)) return tooLong(body)
  const text = JSON.stringify(body)
  const isError = (body.errors?.length ?? 0) > 0
  const short: ToolResult = { content: [{ type: 'text', text }], ...(isError && { isError }) }
  if (lengthOf(short) > mostBytes) return tooLong(body)
  const whole = { ...short, structuredContent: { ...body } }
  return lengthOf(whole) > mostBytes ? short : whole
}

/** An error that the graph did not send. */
export function toolError(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true }
}

/** If something failed as well, that may be the reason, and asking for less may not help. */
function tooLong({ errors = [] }: Result): ToolResult {
  const long = `The answer has more than the ${mostBytes} bytes that a tool's answer may have. Ask for less: fewer rows, fewer days, or a longer interval.`
  const [first] = errors
  if (first === undefined) return toolError(long)
  const { message } = Failed.safeParse(first).data ?? { message: 'Something failed.' }
  return toolError(
    `${long} It has ${counted(errors.length, 'error')}; the first one: ${cutText(message, 500)}`,
  )
}

const Failed = z.object({ message: z.string() })

function lengthOf(result: ToolResult): number {
  return Buffer.byteLength(JSON.stringify(result))
}
