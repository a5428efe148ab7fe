import { type ProviderName, UpstreamError } from './error.ts'

/** A signal that aborts with the given one or after `milliseconds`, whichever is first. */
export function withDeadline(milliseconds: number, signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(milliseconds)
  return signal ? AbortSignal.any([signal, deadline]) : deadline
}

/** A deadline with a signal. Dispose of it when the work has ended. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/**
 * Like `withDeadline`, for work done thousands of times a minute: `AbortSignal.any` keeps its listeners in memory until the
 * deadline has passed, however soon the work ends.
 */
export function openDeadline(milliseconds: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController()
  const watch = watchDeadline(milliseconds, signal, ({ reason }) => controller.abort(reason))
  return { signal: controller.signal, [Symbol.dispose]: () => watch[Symbol.dispose]() }
}

/** Calls `ended` with the reason, when the signal aborts or the time is over. Disposing of it stops the watch. */
export function watchDeadline(
  milliseconds: number,
  signal: AbortSignal | undefined,
  ended: (by: { readonly reason: unknown }) => void,
): Disposable {
  const late = setTimeout(() => {
    ended({ reason: new DOMException('The deadline passed.', 'TimeoutError') })
  }, milliseconds).unref()
  const end = () => ended({ reason: signal?.reason })
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end, { once: true })
  return {
    [Symbol.dispose]() {
      clearTimeout(late)
      signal?.removeEventListener('abort', end)
    },
  }
}

/** The error for an aborted signal: a timeout if the deadline passed, else that the call was cancelled. */
export function endedError(provider: ProviderName, { reason }: { readonly reason: unknown }): UpstreamError {
  if (reason instanceof UpstreamError) return reason
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new UpstreamError(provider, 'UPSTREAM_TIMEOUT', `${provider} did not answer within the deadline.`)
  }
  return new UpstreamError(provider, 'UPSTREAM_UNAVAILABLE', `The question to ${provider} was cancelled.`, {
    cause: reason,
  })
}

/** Settles as the promise does, or rejects early if the signal aborts. The promise itself goes on, for others that wait. */
export function untilEnded<T>(provider: ProviderName, signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(endedError(provider, signal))
    signal.addEventListener('abort', end, { once: true })
    // Handles a late failure too, which would be an unhandled rejection otherwise.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
    if (signal.aborted) end()
  })
}
