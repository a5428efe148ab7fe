import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readJsonBody } from '../server/http/json-body.ts'
import { Refusal } from '../server/http/refusal.ts'
import { BadMessage, invalidRequest, parseError } from './message-errors.ts'

/** A call may take as long as any operation, and those of a batch run one after another. */
const mostMessages = 10

/** The only version of the protocol with batches; its clients do not send it in a header. */
const batchVersion = '2025-03-26'

export interface Messages {
  readonly messages: readonly unknown[]
  readonly isBatch: boolean
}

/** Reads one message, or a batch. Rejects with a Refusal; resolves with undefined if the client leaves. */
export async function readMessages(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: number,
): Promise<Messages | undefined> {
  const body = await readJsonBody(request, response, { what: 'A message', bytes }).catch(error => {
    throw error instanceof Refusal && error.status === 400 ? new BadMessage(parseError, error.message) : error
  })
  if (!body) return undefined
  if (!Array.isArray(body.value)) return { messages: [body.value], isBatch: false }
  const messages: readonly unknown[] = body.value
  if ((request.headers['mcp-protocol-version'] ?? batchVersion) !== batchVersion)
    throw new BadMessage(invalidRequest, `Only version ${batchVersion} of the protocol has batches.`)
  if (messages.length === 0 || messages.length > mostMessages)
    throw new BadMessage(invalidRequest, `A batch has 1 to ${mostMessages} messages.`)
  if (messages.some(message => Message.safeParse(message).data?.method === 'initialize'))
    throw new BadMessage(invalidRequest, 'The message initialize is in no batch.')
  return { messages, isBatch: true }
}

/** Throws BadMessage for anything else. */
export function checkMessage(message: unknown): void {
  if (!Message.safeParse(message).success) throw new BadMessage(invalidRequest, 'A message is an object.')
}

/** The id for the response to a message: that of a request, not that of a response. */
export function idOf(message: unknown): string | number | null {
  const { id, method } = Message.safeParse(message).data ?? {}
  if (method === undefined) return null
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

const Message = z.looseObject({ method: z.unknown().optional(), id: z.unknown().optional() })
