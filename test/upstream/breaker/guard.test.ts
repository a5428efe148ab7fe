import { expect, test } from 'vitest'
import type { Guard, Make } from '../../../src/upstream/breaker/guard.ts'
import { type HealthOptions, ProviderHealth } from '../../../src/upstream/breaker/provider-health.ts'
import type { CallContext } from '../../../src/upstream/call-context.ts'
import {
  UpstreamError,
  type UpstreamErrorCode,
  type UpstreamErrorDetails,
} from '../../../src/upstream/error.ts'
import { recordLog } from '../../support/recorded-log.ts'
import { failureOf } from '../../support/wiring.ts'
import { holdTimers, pass, read, start } from './held-timers.ts'

holdTimers()

const url = new URL('https://api.example.com/v1')

function open(options: HealthOptions = {}) {
  const { log, lines, messages } = recordLog('info')
  const health = new ProviderHealth('zenovay', { random: () => 0.5, log, ...options })
  return { health, guard: health.guardOf(url, 10_000), lines, messages }
}

function failure(code: UpstreamErrorCode = 'UPSTREAM_UNAVAILABLE', details: UpstreamErrorDetails = {}) {
  return new UpstreamError('zenovay', code, 'no', details)
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(failure())))
}

/** Fails so often, then answers; counts the attempts. */
function failing(times: number, make: () => unknown = () => failure()) {
  const attempts: CallContext[] = []
  const answer: Make<string> = async callContext => {
    attempts.push(callContext)
    if (attempts.length <= times) throw make()
    return 'answer'
  }
  return { attempts, answer }
}

/** Twenty failures open a breaker at once. */
async function failOften(guard: Guard, calls = 20): Promise<void> {
  for (let call = 0; call < calls; call++)
    await failureOf(guard.call(start(), read, () => Promise.reject(failure())))
}

/** Calls at once, and lets time pass until it has ended. */
async function ask(guard: Guard, make: Make<unknown>, question = read, callContext = start()) {
  const outcome = guard.call(callContext, question, make).catch((error: unknown) => error)
  await pass(10_000)
  return outcome
}

test.each([
  ['a 503', failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: 503 })],
  ['a 504', failure('UPSTREAM_TIMEOUT', { upstreamStatus: 504 })],
  ['a 408', failure('UPSTREAM_TIMEOUT', { upstreamStatus: 408 })],
  ['a cut connection', failure()],
])('after %s a read is sent again, and whoever asked gets its answer', async (_what, error) => {
  const { guard } = open()
  const { attempts, answer } = failing(1, () => error)
  expect(await ask(guard, answer)).toBe('answer')
  expect(attempts).toHaveLength(2)
})

test.each([
  ['a change', { ...read, isRead: false }, failure()],
  ['a limit', read, failure('UPSTREAM_RATE_LIMITED', { upstreamStatus: 429 })],
  ['a used-up quota', read, failure('UPSTREAM_QUOTA_EXHAUSTED')],
  ['a rejection', read, failure('UPSTREAM_REJECTED', { upstreamStatus: 400 })],
  ['too early', read, failure('UPSTREAM_REJECTED', { upstreamStatus: 425, retryable: true })],
  ['a refusal', read, failure('UPSTREAM_FORBIDDEN', { upstreamStatus: 403 })],
  ['what is not found', read, failure('UPSTREAM_NOT_FOUND', { upstreamStatus: 404 })],
  ['an invalid body', read, failure('UPSTREAM_INVALID_RESPONSE')],
  ['a bad certificate', read, failure('UPSTREAM_UNAVAILABLE', { retryable: false })],
  ['an error of ours', read, new TypeError('a mistake')],
])('%s is not sent again', async (_what, question, error) => {
  const { guard } = open()
  const { attempts, answer } = failing(1, () => error)
  expect(await ask(guard, answer, question)).toBe(error)
  expect(attempts).toHaveLength(1)
})

test('a read is sent twice at most, after a pause of full jitter', async () => {
  const { guard } = open()
  const { attempts, answer } = failing(9)
  const outcome = guard.call(start(), read, answer).catch((error: unknown) => error)
  for (const [milliseconds, count] of [
    [0, 1],
    [99, 1],
    [1, 2],
    [9_000, 2],
  ] as const) {
    await pass(milliseconds)
    expect(attempts).toHaveLength(count)
  }
  expect(await outcome).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
})

test('Retry-After is waited for, and one that is too long for the deadline is told at once', async () => {
  const { guard } = open()
  const soon = failing(1, () => failure('UPSTREAM_UNAVAILABLE', { retryAfterSeconds: 3 }))
  const outcome = guard.call(start(), read, soon.answer)
  await pass(3_000)
  expect(soon.attempts).toHaveLength(1)
  await pass(200)
  expect(await outcome).toBe('answer')
  const late = failing(1, () => failure('UPSTREAM_UNAVAILABLE', { retryAfterSeconds: 6 }))
  expect(await failureOf(guard.call(start(), read, late.answer))).toMatchObject({ retryAfterSeconds: 6 })
})

test('a retry begins in the first half of the deadline only, and has what is left of it', async () => {
  const { guard } = open()
  const slow = failing(1, () => failure())
  const late: Make<string> = async callContext => {
    await pass(5_000)
    return slow.answer(callContext)
  }
  expect(await failureOf(guard.call(start(), read, late))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  expect(slow.attempts).toHaveLength(1)

  const signals: AbortSignal[] = []
  const hanging: Make<string> = ({ signal }) => {
    signals.push(signal)
    if (signals.length === 1) return Promise.reject(failure())
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(failure('UPSTREAM_TIMEOUT'))),
    )
  }
  const outcome = failureOf(guard.call(start(), read, hanging))
  await pass(9_999)
  expect(signals[1]?.aborted).toBe(false)
  await pass(1)
  expect(await outcome).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
})

test('of many calls a fifth is sent again, of few three, and without a retry budget none', async () => {
  const counts = async (options: HealthOptions, calls: number) => {
    const { guard } = open({ hasBreaker: false, ...options })
    for (let call = 0; call < calls; call++) await guard.call(start(), read, async () => 'answer')
    let sent = 0
    const fail = () => {
      sent++
      return Promise.reject(failure())
    }
    const asked = Array.from({ length: 100 }, () => failureOf(guard.call(start(), read, fail)))
    await pass(2_000)
    await Promise.all(asked)
    return sent - 100
  }
  expect(await counts({ retryPercent: 20 }, 900)).toBe(100)
  expect(await counts({ retryPercent: 20 }, 200)).toBe(60)
  expect(await counts({ retryPercent: 20 }, 0)).toBe(20)
  expect(await counts({ retryPercent: 1 }, 0)).toBe(3)
  expect(await counts({ retryPercent: 0 }, 900)).toBe(0)
})

test('a call counts once, and its retries as repetitions', async () => {
  const { guard } = open()
  const counts = { begun: 0, repeated: 0 }
  const callContext = {
    ...start(),
    begun: () => counts.begun++,
    repeated: () => counts.repeated++,
  }
  const { answer } = failing(1)
  const outcome = guard.call(callContext, read, answer, async (context, make) => {
    context.begun?.()
    return make()
  })
  await pass(1_000)
  expect(await outcome).toBe('answer')
  expect(counts).toEqual({ begun: 1, repeated: 1 })
})

test('a caller who leaves in the pause before a retry is told so, and nothing is sent', async () => {
  const { guard } = open()
  const { attempts, answer } = failing(1)
  const caller = new AbortController()
  const outcome = failureOf(guard.call({ signal: caller.signal }, read, answer))
  await pass(50)
  caller.abort(new Error('gone'))
  expect(await outcome).toMatchObject({ cause: new Error('gone') })
  await pass(1_000)
  expect(attempts).toHaveLength(1)
})

test('while the breaker is open calls fail at once, with the time until the next is let through', async () => {
  const { guard, health } = open({ retryPercent: 0 })
  await failOften(guard)
  await pass(12_500)
  let sent = 0
  const error = await failureOf(guard.call(start(), read, async () => sent++))
  expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfterSeconds: 18 })
  expect(health.breaker).toEqual({ state: 'OPEN', until: expect.closeTo(Date.now() + 17_500, -2) })
  await pass(17_500)
  expect(health.breaker).toEqual({ state: 'HALF_OPEN', until: null })
  expect(await guard.call(start(), read, async () => 'answer')).toBe('answer')
  expect(health.breaker).toEqual({ state: 'CLOSED', until: null })
  expect(sent).toBe(0)
})

test('a probe is not sent again', async () => {
  const { guard } = open({ retryPercent: 0 })
  await failOften(guard)
  await pass(30_000)
  const { attempts, answer } = failing(9)
  await failureOf(guard.call(start(), read, answer))
  expect(attempts).toHaveLength(1)
})

test('answers of more than half the deadline open it, and are answers all the same', async () => {
  const { guard, health } = open()
  const slowly = (milliseconds: number) => async () => {
    await new Promise(resolve => setTimeout(resolve, milliseconds))
    return 'answer'
  }
  for (let call = 0; call < 8; call++) expect(await ask(guard, slowly(4_900))).toBe('answer')
  expect(health.breaker.state).toBe('CLOSED')
  const asked = Array.from({ length: 5 }, () => guard.call(start(), read, slowly(5_000)))
  await pass(5_000)
  expect(await Promise.all(asked)).toEqual(new Array(5).fill('answer'))
  expect(health.breaker.state).toBe('OPEN')
})

test('a call that waited for its turn when the breaker opened is not made', async () => {
  const { guard } = open({ retryPercent: 0 })
  const turn = Promise.withResolvers<void>()
  let sent = 0
  const waiting = failureOf(
    guard.call(
      start(),
      read,
      async () => sent++,
      async (_context, make) => {
        await turn.promise
        return make()
      },
    ),
  )
  await failOften(guard)
  turn.resolve()
  expect(await waiting).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: 30 })
  expect(sent).toBe(0)
})

test('callers who leave open it once they have waited for more than half the deadline', async () => {
  const { guard, health } = open()
  const leaveAfter = async (milliseconds: number, question = read) => {
    const callers = Array.from({ length: 5 }, () => new AbortController())
    const asked = callers.map(({ signal }) =>
      failureOf(guard.call({ signal }, question, () => untilAborted(signal))),
    )
    await pass(milliseconds)
    for (const caller of callers) caller.abort()
    await Promise.all(asked)
  }
  await leaveAfter(4_900)
  expect(health.breaker.state).toBe('CLOSED')
  // What they waited for may have been a token, or a socket.
  await leaveAfter(5_000, { ...read, beginsLater: true })
  expect(health.breaker.state).toBe('CLOSED')
  await leaveAfter(5_000)
  expect(health.breaker.state).toBe('OPEN')
})

test('answers that are larger than we take open nothing', async () => {
  const { guard, health } = open()
  const tooLarge = () => failure('UPSTREAM_INVALID_RESPONSE', { isOverBound: true })
  for (let call = 0; call < 20; call++)
    await failureOf(guard.call(start(), read, () => Promise.reject(tooLarge())))
  expect(health.breaker.state).toBe('CLOSED')
})

test('callers who leave, and whatever waits in vain for its turn, open nothing', async () => {
  const { guard, health } = open()
  for (let call = 0; call < 20; call++) {
    const caller = new AbortController()
    await failureOf(
      guard.call({ signal: caller.signal }, read, async () => {
        caller.abort()
        throw failure()
      }),
    )
    await failureOf(
      guard.call(
        start(),
        read,
        async () => 'never',
        () => Promise.reject(failure()),
      ),
    )
  }
  expect(health.breaker.state).toBe('CLOSED')
  expect(health.lastError).toBeNull()
})

test('one connect that fails counts once, however many questions it was for', async () => {
  const { guard, health } = open({ retryPercent: 0 })
  const connect = guard.call(start(), { ...read, isPart: true }, () => Promise.reject(failure()))
  connect.catch(() => undefined)
  const asked = Array.from({ length: 20 }, () => failureOf(guard.call(start(), read, () => connect)))
  await Promise.all(asked)
  expect(health.breaker.state).toBe('CLOSED')
})

test('connects that go well say nothing for a host that answers nothing on them', async () => {
  const { guard, health } = open({ retryPercent: 0 })
  for (let time = 0; time < 20; time++) {
    await guard.call(start(), { ...read, name: 'connect', isPart: true }, async () => 'connected')
    await failureOf(guard.call(start(), read, () => Promise.reject(failure())))
  }
  expect(health.breaker.state).toBe('OPEN')
})

test('failures that name no call open it, and calls that were asked again after a loss are no successes', async () => {
  const { guard, health } = open()
  for (let time = 0; time < 10; time++) {
    guard.note(failure())
    const loss = failure()
    const lost: Make<string> = async ({ lost }) => {
      lost?.(loss)
      return 'answer'
    }
    expect(await Promise.all([1, 2, 3].map(() => guard.call(start(), read, lost)))).toHaveLength(3)
  }
  expect(health.breaker.state).toBe('OPEN')
})

test('a token host that fails opens its own breaker, and not that of the host that needs the token', async () => {
  const { guard, health } = open({ retryPercent: 0 })
  const tokens = health.guardOf(new URL('https://tokens.example.com'), 10_000)
  for (let call = 0; call < 20; call++)
    await failureOf(
      guard.call(start(), read, () => tokens.call(start(), read, () => Promise.reject(failure()))),
    )
  let sent = 0
  await guard.call(start(), read, async () => sent++)
  expect(sent).toBe(1)
  expect(health.breaker.state).toBe('OPEN')
})

test('opening, a failed probe and closing are one line each, whatever is refused meanwhile', async () => {
  const { guard, messages, lines } = open({ retryPercent: 0 })
  await failOften(guard, 100)
  await pass(30_000)
  await failOften(guard, 100)
  await pass(60_000)
  await guard.call(start(), read, async () => 'answer')
  expect(messages).toEqual([
    'zenovay fails at api.example.com: not called for 30 s',
    'zenovay still fails at api.example.com: not called for 60 s',
    'zenovay answers again at api.example.com',
  ])
  expect(lines.map(line => JSON.parse(line).level)).toEqual(['warn', 'warn', 'info'])
})

test('the last success and the last error are told with their times; what is about a question is neither', async () => {
  const { guard, health } = open()
  expect([health.lastSuccessAt, health.lastError]).toEqual([null, null])
  await guard.call(start(), read, async () => 'answer')
  expect(health.lastSuccessAt).toBeCloseTo(Date.now(), -3)
  await ask(guard, () => Promise.reject(failure('UPSTREAM_FORBIDDEN', { upstreamStatus: 403 })))
  const told = { at: expect.closeTo(Date.now(), -4), code: 'UPSTREAM_FORBIDDEN' }
  expect(health.lastError).toEqual(told)
  await ask(guard, () => Promise.reject(failure('UPSTREAM_NOT_FOUND', { upstreamStatus: 404 })))
  expect(health.lastError).toEqual(told)
})
