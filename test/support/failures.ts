import type { Fault } from '../../src/sandbox/emulator.ts'
import type { UpstreamError } from '../../src/upstream/error.ts'

/** One way in which an upstream fails, and what its client makes of it. */
export interface Failure {
  readonly fault: Fault
  readonly error: Partial<
    Pick<UpstreamError, 'code' | 'retryable' | 'retryAfterSeconds' | 'upstreamStatus' | 'upstreamRequestId'>
  >
  /** What the platform threw is kept as the cause. */
  readonly keepsCause?: boolean
}

export type Failures = Readonly<Record<string, Failure>>

/** Stands in every scripted answer, and must not come out again. */
export const upstreamWords = 'upstream-words-4711'

const upstreamRequestId = 'request-4711'

/** A scripted answer of the upstream's own words. */
export function answer(status: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return {
    answer: {
      status,
      headers: { 'content-type': 'application/json', 'x-request-id': upstreamRequestId, ...headers },
      body: JSON.stringify({ error: upstreamWords, message: upstreamWords }),
    },
  }
}

/** Answers of a good status that say nothing which can be understood. */
export function rubbish(status: number): Failures {
  const error = { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false } as const
  const html = `<!doctype html><title>${upstreamWords}</title>`
  return {
    'a web page': { fault: { answer: { status, body: html } }, error, keepsCause: true },
    'nothing at all': { fault: { answer: { status } }, error, keepsCause: true },
    'JSON that breaks off': {
      fault: { answer: { status, body: `{"words":"${upstreamWords}","data":[{"id` } },
      error,
      keepsCause: true,
    },
    'JSON of another shape': { fault: answer(status), error, keepsCause: true },
  }
}

/** How every HTTP upstream may fail. */
export const httpFailures = {
  ...rubbish(200),
  'a cut connection': {
    fault: { cut: true },
    error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
    keepsCause: true,
  },
  'a redirect': {
    fault: answer(307, { location: '/elsewhere' }),
    error: { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 307 },
  },
  'status 400': {
    fault: answer(400),
    error: { code: 'UPSTREAM_REJECTED', retryable: false, upstreamStatus: 400, upstreamRequestId },
  },
  'status 401': {
    fault: answer(401),
    error: { code: 'UPSTREAM_UNAUTHENTICATED', retryable: false, upstreamStatus: 401 },
  },
  'status 403': {
    fault: answer(403),
    error: { code: 'UPSTREAM_FORBIDDEN', retryable: false, upstreamStatus: 403 },
  },
  'status 404': {
    fault: answer(404),
    error: { code: 'UPSTREAM_NOT_FOUND', retryable: false, upstreamStatus: 404 },
  },
  'status 429': {
    fault: answer(429, { 'retry-after': '30' }),
    error: { code: 'UPSTREAM_RATE_LIMITED', retryable: true, retryAfterSeconds: 30, upstreamStatus: 429 },
  },
  'status 500': {
    fault: answer(500),
    error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, upstreamStatus: 500, upstreamRequestId },
  },
  'status 503': {
    fault: answer(503, { 'retry-after': '60' }),
    error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfterSeconds: 60, upstreamStatus: 503 },
  },
} satisfies Failures

const refused = { code: 'UPSTREAM_UNAUTHENTICATED', retryable: false } as const

/** How an issuer of tokens may fail: whatever it refuses is about the credentials or its address, and not about a question. */
export const tokenFailures = {
  ...httpFailures,
  'status 400': { fault: answer(400), error: { ...refused, upstreamStatus: 400 } },
  'status 403': { fault: answer(403), error: { ...refused, upstreamStatus: 403 } },
  'status 404': {
    fault: answer(404),
    error: { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false, upstreamStatus: 404 },
  },
} satisfies Failures
