import { clientStatusOf } from '../upstream/error.ts'
import type { GraphError } from './graph-errors.ts'
import { waitOf } from './graph-errors.ts'

/** The refusal of an export before any of it was sent. */
export class RefusedExport extends Error {
  override readonly name = 'RefusedExport'
  readonly status: number
  readonly code: string
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, code: string, message: string, retryAfterSeconds?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** For an error of the graph, by its code. */
export function refused(error: GraphError): RefusedExport {
  const { message, extensions } = error
  return new RefusedExport(statusOf(extensions.code), extensions.code, message, waitOf(error))
}

export function statusOf(code: string): number {
  switch (code) {
    case 'BAD_USER_INPUT':
    case 'COST_ESTIMATED_TOO_EXPENSIVE':
      return 400
    case 'FORBIDDEN':
      return 403
    case 'NOT_FOUND':
      return 404
    case 'INTERNAL_SERVER_ERROR':
      return 500
    default:
      return clientStatusOf(code)
  }
}
