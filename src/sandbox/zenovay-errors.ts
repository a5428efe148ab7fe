import type { Reply } from './emulator.ts'

/**
 * Which of the vendor's pages errors follow: 1: the endpoint page and the newest help (a wait is only in the text);
 * 2: the reference and the older help (lower-case code, `Retry-After`); 3: the help on API errors (`Retry-After` inferred).
 */
export type ErrorShape = 1 | 2 | 3

/** An error response. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly waitSeconds: number | undefined

  constructor(status: number, code: string, message: string, waitSeconds?: number) {
    super(message)
    this.status = status
    this.code = code
    this.waitSeconds = waitSeconds
  }
}

export function errorReply(refusal: Refusal, shape: ErrorShape, now: Date): Reply {
  const { status, message, waitSeconds } = refusal
  if (waitSeconds === undefined) return { status, body: errorBody(refusal, message, shape, now) }
  const text = shape === 2 ? message : `${message}. Try again in ${waitSeconds} seconds`
  const headers: Record<string, string> = shape === 1 ? {} : { 'retry-after': `${waitSeconds}` }
  return { status, headers, body: errorBody(refusal, text, shape, now) }
}

function errorBody({ code, waitSeconds }: Refusal, message: string, shape: ErrorShape, now: Date) {
  if (shape === 1) return { success: false, error: { message, code, timestamp: now.toISOString() } }
  if (shape === 3) return { error: message, code }
  const retry = waitSeconds === undefined ? {} : { retry_after: waitSeconds }
  return { error: { message, code: olderCode(code), ...retry } }
}

function olderCode(code: string): string {
  if (code === 'UNAUTHORIZED') return 'invalid_api_key'
  if (code === 'FORBIDDEN') return 'insufficient_permissions'
  return code.toLowerCase()
}
