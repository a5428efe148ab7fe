import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { providerNames, type UpstreamErrorCode } from '../../../src/upstream/error.ts'
import { requestId, retryAfter, statusError } from '../../../src/upstream/http/status.ts'

afterEach(() => {
  vi.useRealTimers()
})

const namedStatuses: Readonly<Record<number, readonly [UpstreamErrorCode, boolean]>> = {
  401: ['UPSTREAM_UNAUTHENTICATED', false],
  403: ['UPSTREAM_FORBIDDEN', false],
  404: ['UPSTREAM_NOT_FOUND', false],
  408: ['UPSTREAM_TIMEOUT', true],
  410: ['UPSTREAM_NOT_FOUND', false],
  425: ['UPSTREAM_REJECTED', true],
  429: ['UPSTREAM_RATE_LIMITED', true],
  504: ['UPSTREAM_TIMEOUT', true],
}

test('every status from 300 to 599 has one code, and says whether to ask again', () => {
  const status = fc.integer({ min: 300, max: 599 })
  fc.assert(
    fc.property(status, fc.constantFrom(...providerNames), (status, provider) => {
      const [code, retryable] = namedStatuses[status] ?? statusClass(status)
      const error = statusError(provider, { status, headers: {} })
      expect(error).toMatchObject({ provider, code, retryable, upstreamStatus: status })
      expect(error.message).toContain(provider)
    }),
    { numRuns: 1000 },
  )
})

test('a redirect is told as one', () => {
  const messageOf = (status: number) => statusError('posthog', { status, headers: {} }).message
  for (const status of [301, 302, 303, 307, 308])
    expect(messageOf(status)).toMatch(/redirects .* not followed/)
  for (const status of [204, 304]) expect(messageOf(status)).toMatch(/unexpected/)
})

test('what a provider knows better wins over the status and the headers', () => {
  const answer = { status: 429, headers: { 'retry-after': '60' } }
  expect(statusError('zenovay', answer, { code: 'UPSTREAM_QUOTA_EXHAUSTED' })).toMatchObject({
    code: 'UPSTREAM_QUOTA_EXHAUSTED',
    retryable: false,
    retryAfterSeconds: 60,
  })
  expect(statusError('datadog', answer, { retryAfterSeconds: 3, retryable: false })).toMatchObject({
    code: 'UPSTREAM_RATE_LIMITED',
    retryable: false,
    retryAfterSeconds: 3,
  })
})

test.each([408, 425, 500, 502, 599])(
  'a status of %i is worth asking again whatever code a provider gives it',
  status => {
    const answer = { status, headers: {} }
    expect(statusError('datadog', answer, { code: 'UPSTREAM_FORBIDDEN' })).toMatchObject({
      code: 'UPSTREAM_FORBIDDEN',
      retryable: true,
    })
  },
)

test('what a provider does not know leaves the status and the headers as they are', () => {
  const answer = { status: 503, headers: { 'retry-after': '60', 'x-request-id': 'abc' } }
  const unknown = { code: undefined, retryable: undefined, retryAfterSeconds: undefined }
  expect(statusError('zenovay', answer, unknown).extensions).toEqual({
    code: 'UPSTREAM_UNAVAILABLE',
    provider: 'zenovay',
    retryable: true,
    retryAfterSeconds: 60,
    upstreamStatus: 503,
    upstreamRequestId: 'abc',
  })
})

test('Retry-After in seconds is told as it came', () => {
  fc.assert(
    fc.property(fc.nat(), seconds => {
      expect(retryAfterOf(String(seconds))).toBe(seconds)
    }),
  )
})

test('Retry-After as a date is told as the seconds until then, and none when it is over', () => {
  const now = Date.parse('2026-02-07T12:00:00Z')
  vi.useFakeTimers({ toFake: ['Date'], now })
  fc.assert(
    fc.property(fc.integer({ min: -1e6, max: 1e6 }), seconds => {
      expect(retryAfterOf(new Date(now + seconds * 1000).toUTCString())).toBe(Math.max(0, seconds))
    }),
  )
})

test('Retry-After as a date in between two seconds is never told too early', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-02-07T12:00:00.250Z') })
  expect(retryAfterOf('Sat, 07 Feb 2026 12:00:10 GMT')).toBe(10)
})

test.each(['', 'soon', 'in 5 minutes', '-5', '5, 10', '1.5', '10 s', 'NaN', '9'.repeat(400), '1 Jan'])(
  'a Retry-After that is neither seconds nor a date says nothing: "%s"',
  value => {
    expect(retryAfterOf(value)).toBeUndefined()
  },
)

test.each(['2147483648', '9999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
  'a Retry-After of more seconds than 32 bits hold says nothing: "%s"',
  value => {
    expect(retryAfterOf(value)).toBeUndefined()
  },
)

test('of a header that was sent twice the first counts', () => {
  const headers = { 'retry-after': ['7', '9'], 'x-request-id': ['one', 'two'] }
  expect(retryAfter({ status: 429, headers })).toBe(7)
  expect(requestId({ status: 429, headers })).toBe('one')
})

test('a request id is told from whichever header has one', () => {
  expect(requestIdOf({ 'x-request-id': '2f1c-44', 'cf-ray': 'other' })).toBe('2f1c-44')
  expect(requestIdOf({ 'x-amzn-requestid': 'JKJaXFPrAmYLYUA=' })).toBeUndefined()
  expect(requestIdOf({ 'x-amzn-requestid': 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef' })).toMatch(/^c6af/)
  expect(requestIdOf({ 'cf-ray': '230b030023ae2822-SJC' })).toBe('230b030023ae2822-SJC')
  expect(requestIdOf({})).toBeUndefined()
})

test('a request id is short and plain or not told at all', () => {
  const plain = fc.stringMatching(/^[\w.:-]{1,128}$/)
  const long = fc.integer({ min: 120, max: 136 }).map(length => 'a'.repeat(length))
  const any = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(fc.oneof(plain, long, any), id => {
      const isPlain = id.length > 0 && id.length <= 128 && !/[^a-zA-Z0-9_.:-]/.test(id)
      expect(requestIdOf({ 'x-request-id': id })).toBe(isPlain ? id : undefined)
    }),
  )
})

function statusClass(status: number): readonly [UpstreamErrorCode, boolean] {
  if (status >= 500) return ['UPSTREAM_UNAVAILABLE', true]
  return status >= 400 ? ['UPSTREAM_REJECTED', false] : ['UPSTREAM_INVALID_RESPONSE', false]
}

function retryAfterOf(value: string): number | undefined {
  return retryAfter({ status: 429, headers: { 'retry-after': value } })
}

function requestIdOf(headers: Record<string, string>): string | undefined {
  return requestId({ status: 200, headers })
}
