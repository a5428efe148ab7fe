import { Refusal } from '../server/http/refusal.ts'

/** Codes of JSON-RPC. */
export const [parseError, invalidRequest] = [-32700, -32600]
const [internalError, serverError] = [-32603, -32000]

/** Thrown for a body that is no message. */
export class BadMessage extends Refusal {
  readonly rpcCode: number

  constructor(rpcCode: number, message: string) {
    super(400, message)
    this.rpcCode = rpcCode
  }
}

/** A refusal in the form of the protocol. Over HTTP it has the id of the request. */
export function refusalAnswer(refusal: Refusal, requestId?: string, id: string | number | null = null) {
  const { message, code } = refusal
  return { jsonrpc: '2.0', id, error: { code: rpcCodeOf(refusal), message, data: { code, requestId } } }
}

function rpcCodeOf(refusal: Refusal): number {
  if (refusal instanceof BadMessage) return refusal.rpcCode
  return refusal.status < 500 ? serverError : internalError
}
