import { getEventListeners, once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { endedError, openDeadline, untilEnded, watchDeadline } from '../../src/upstream/deadline.ts'
import { UpstreamError } from '../../src/upstream/error.ts'
import { rejection } from './http/loopback.ts'

const never = new AbortController().signal

test('a deadline aborts with the given signal, and with its reason', () => {
  const scope = new AbortController()
  using deadline = openDeadline(600_000, scope.signal)
  const { signal } = deadline
  expect(signal.aborted).toBe(false)
  const reason = new Error('The browser was closed.')
  scope.abort(reason)
  expect(signal.reason).toBe(reason)
})

test('a deadline with an aborted signal is aborted', () => {
  using deadline = openDeadline(600_000, AbortSignal.abort())
  expect(deadline.signal.aborted).toBe(true)
})

test.each([
  ['with a caller', never],
  ['without one', undefined],
])('a deadline aborts by itself too, %s', async (_whose, scope) => {
  using deadline = openDeadline(5, scope)
  const { signal } = deadline
  if (!signal.aborted) await once(signal, 'abort')
  expect(endedError('datadog', signal)).toMatchObject({
    code: 'UPSTREAM_TIMEOUT',
    provider: 'datadog',
    retryable: true,
  })
})

test('a disposed deadline leaves neither a timer nor a listener', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const scope = new AbortController()
  const deadline = openDeadline(600_000, scope.signal)
  expect([vi.getTimerCount(), getEventListeners(scope.signal, 'abort').length]).toEqual([1, 1])
  deadline[Symbol.dispose]()
  expect([vi.getTimerCount(), getEventListeners(scope.signal, 'abort').length]).toEqual([0, 0])
})

test('an aborted signal is an error of a cancelled call, with the reason as its cause', () => {
  const reason = new Error('The browser was closed.')
  expect(endedError('datadog', AbortSignal.abort(reason))).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The question to datadog was cancelled.',
    cause: reason,
  })
})

test('a signal aborted with an upstream error stands for that error', () => {
  const reason = new UpstreamError('zenovay', 'UPSTREAM_QUOTA_EXHAUSTED', 'The quota is used up.')
  expect(endedError('zenovay', AbortSignal.abort(reason))).toBe(reason)
})

test('untilEnded settles as the promise does if that is first', async () => {
  const scope = new AbortController()
  const failure = new Error('no')
  expect(await untilEnded('zenovay', scope.signal, Promise.resolve(42))).toBe(42)
  expect(await rejection(untilEnded('zenovay', scope.signal, Promise.reject(failure)))).toBe(failure)
})

test('untilEnded rejects if the signal aborts first, and the promise goes on', async () => {
  const scope = new AbortController()
  const { promise, resolve } = Promise.withResolvers<number>()
  const gone = rejection(untilEnded('zenovay', scope.signal, promise))
  const staying = untilEnded('zenovay', never, promise)
  scope.abort()
  expect(await gone).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', provider: 'zenovay' })
  resolve(42)
  expect(await staying).toBe(42)
})

test('an aborted signal wins over a settled promise', async () => {
  const ended = AbortSignal.abort()
  expect(await rejection(untilEnded('zenovay', ended, Promise.resolve(42)))).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
  })
})

test.each([
  ['before', (scope: AbortController) => scope.abort(), () => undefined],
  ['after', () => undefined, (scope: AbortController) => scope.abort()],
])(
  'a promise that fails is no unhandled rejection when its caller went away %s',
  async (_when, before, after) => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    using _listener = { [Symbol.dispose]: () => void process.off('unhandledRejection', note) }
    const scope = new AbortController()
    const { promise, reject } = Promise.withResolvers<never>()
    before(scope)
    const gone = rejection(untilEnded('zenovay', scope.signal, promise))
    after(scope)
    await gone
    reject(new Error('too late'))
    await setImmediate()
    await setImmediate()
    expect(unhandled).toEqual([])
  },
)

test('nothing listens to the signal after the promise has settled', async () => {
  const scope = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const waiting = untilEnded('zenovay', scope.signal, promise)
  expect(getEventListeners(scope.signal, 'abort')).toHaveLength(1)
  resolve()
  await waiting
  await setImmediate()
  expect(getEventListeners(scope.signal, 'abort')).toHaveLength(0)
})

test('a watched deadline ends once, with the signal or by itself, and leaves nothing when disposed of', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const scope = new AbortController()
  const ended: unknown[] = []
  const note = ({ reason }: { readonly reason: unknown }) => ended.push(reason)
  watchDeadline(1000, scope.signal, note)
  vi.advanceTimersByTime(1000)
  expect(ended).toMatchObject([{ name: 'TimeoutError' }])
  using _open = watchDeadline(1000, scope.signal, note)
  {
    using _disposed = watchDeadline(1000, scope.signal, note)
  }
  expect([vi.getTimerCount(), getEventListeners(scope.signal, 'abort').length]).toEqual([1, 1])
  const reason = new Error('The browser was closed.')
  scope.abort(reason)
  vi.advanceTimersByTime(1000)
  expect(ended.slice(1)).toEqual([reason])
  watchDeadline(1000, scope.signal, note)
  expect(ended.slice(1)).toEqual([reason, reason])
})
