import type { IncomingMessage, ServerResponse } from 'node:http'
import { isUtf8, readMediaType } from './media-ranges.ts'
import { Refusal } from './refusal.ts'
import { remembered } from './remembered.ts'
import { readBody } from './request-body.ts'

interface JsonBodyOptions {
  readonly what: string
  readonly bytes: number
}

/**
 * Reads the text of a body of at most that many bytes. Accepts only JSON: a form on any page can post other types, while JSON
 * needs a preflight. Throws a Refusal that begins with `what` for another type. Resolves with undefined if the client leaves.
 */
export async function readJsonText(
  request: IncomingMessage,
  response: ServerResponse,
  { what, bytes }: JsonBodyOptions,
): Promise<string | undefined> {
  const { headers } = request
  const type = mediaTypeOf(headers['content-type'] ?? '')
  if (type.name !== 'application/json')
    throw new Refusal(415, `${what} is posted as JSON: send the header content-type: application/json.`)
  if (!isUtf8(type)) throw new Refusal(415, `${what} is posted as UTF-8.`)
  const coding = headers['content-encoding']?.trim().toLowerCase() || 'identity'
  if (coding !== 'identity')
    throw new Refusal(415, `${what} is posted as it is, without a content-encoding.`, {
      'accept-encoding': 'identity',
    })
  const body = await readBody(request, response, bytes)
  return body && decode(body)
}

const mediaTypeOf = remembered(readMediaType)

/** As `readJsonText`, with the value of the JSON. */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  options: JsonBodyOptions,
): Promise<{ readonly value: unknown } | undefined> {
  const text = await readJsonText(request, response, options)
  return text === undefined ? undefined : { value: readJson(text, 'The request body') }
}

/** Throws a Refusal that begins with `what` for invalid JSON. */
export function readJson(text: string, what: string, parse: (text: string) => unknown = JSON.parse): unknown {
  try {
    return parse(text)
  } catch {
    throw new Refusal(400, `${what} is not JSON.`)
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function decode(body: Buffer): string {
  try {
    return decoder.decode(body)
  } catch {
    throw new Refusal(400, 'The request body is not UTF-8.')
  }
}
