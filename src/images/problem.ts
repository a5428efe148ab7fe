import { STATUS_CODES } from 'node:http'
import { BadInput } from '../upstream/bad-input.ts'
import { clientStatusOf, UpstreamError } from '../upstream/error.ts'
import { ChangedImage } from './arriving.ts'
import { TooManyDrawings } from './drawing-queue.ts'
import { WrongHandle } from './handles.ts'
import { NoImageLibrary } from './image-libraries.ts'
import { PastHeat } from './overlay/overlay-heat.ts'
import { UnfitImage } from './resizing.ts'

/** Why no image is sent, in the members of RFC 9457. */
export interface Problem {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly [extension: string]: unknown
}

export function problem(status: number, detail: string, extensions: object = {}): Problem {
  return { status, title: STATUS_CODES[status] ?? 'Problem', detail, ...extensions }
}

/** Undefined for unexpected errors. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof WrongHandle) return problem(error.isExpired ? 410 : 404, error.message)
  if (error instanceof PastHeat) return problem(410, error.message)
  if (error instanceof ChangedImage) return problem(502, error.message)
  if (error instanceof UnfitImage) return problem(422, error.message)
  if (error instanceof NoImageLibrary) return problem(501, error.message)
  if (error instanceof BadInput) return problem(404, error.message)
  if (error instanceof TooManyDrawings)
    return problem(429, error.message, { retryAfterSeconds: error.retryAfterSeconds })
  if (error instanceof UpstreamError) return upstreamProblem(error)
  return undefined
}

function upstreamProblem(error: UpstreamError): Problem {
  const { code, message, extensions, retryable } = error
  return problem(clientStatusOf(code), message, { ...(retryable && { retryAfterSeconds: 5 }), ...extensions })
}
