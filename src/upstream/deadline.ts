import { type ProviderName, UpstreamError } from './error.ts'

/** A signal that ends with the caller's or after `milliseconds`, whichever is first. */
export function withDeadline(milliseconds: number, signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(milliseconds)
  return signal ? AbortSignal.any([signal, deadline]) : deadline
}

/** A deadline that is given up when what it is for has ended. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/**
 * As `withDeadline`, for what is done thousands of times a minute: a combined signal, with all that waited for it, is held
 * until its deadline has passed, however soon an answer comes.
 */
export function openDeadline(milliseconds: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController()
  const watch = watchDeadline(milliseconds, signal, ({ reason }) => controller.abort(reason))
  return { signal: controller.signal, [Symbol.dispose]: () => watch[Symbol.dispose]() }
}

/** Calls back with the reason why it ended; disposing of it forgets both ends. */
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

/** The error that an ended signal's reason stands for: a passed deadline, or a caller who went away. */
export function endedError(provider: ProviderName, { reason }: { readonly reason: unknown }): UpstreamError {
  if (reason instanceof UpstreamError) return reason
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new UpstreamError(provider, 'UPSTREAM_TIMEOUT', `${provider} did not answer within the deadline.`)
  }
  return new UpstreamError(provider, 'UPSTREAM_UNAVAILABLE', `The question to ${provider} was cancelled.`, {
    cause: reason,
  })
}

/** The promise, or an early rejection when the signal ends; the promise itself goes on for whoever else waits. */
export function untilEnded<T>(provider: ProviderName, signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(endedError(provider, signal))
    signal.addEventListener('abort', end, { once: true })
    // Attended to even when nobody waits any more: its failure would be an unhandled rejection.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
    if (signal.aborted) end()
  })
}
