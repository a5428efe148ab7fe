import { type ProviderName, UpstreamError } from './error.ts'

/** A bound on the time of some work. Dispose of it when the work has ended: then nothing is left in memory. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/**
 * Aborts after `milliseconds`, or with the given signal if that is first. `AbortSignal.any` would keep its listeners in memory
 * until the time is over, however soon the work ends.
 */
export function openDeadline(milliseconds: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController()
  const late = setTimeout(() => {
    controller.abort(new DOMException('The deadline passed.', 'TimeoutError'))
  }, milliseconds).unref()
  const end = () => controller.abort(signal?.reason)
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(late)
      signal?.removeEventListener('abort', end)
    },
  }
}

/**
 * Calls `end` once with the reason, after `milliseconds` or when the given signal aborts. For a wait that needs no signal of its
 * own, at a third of the cost.
 */
export function watchDeadline(
  milliseconds: number,
  signal: AbortSignal | undefined,
  end: (ended: { readonly reason: unknown }) => void,
): Disposable {
  const late = setTimeout(() => {
    signal?.removeEventListener('abort', abort)
    end({ reason: new DOMException('The deadline passed.', 'TimeoutError') })
  }, milliseconds).unref()
  const abort = () => {
    clearTimeout(late)
    end({ reason: signal?.reason })
  }
  if (signal?.aborted) abort()
  else signal?.addEventListener('abort', abort, { once: true })
  return {
    [Symbol.dispose]() {
      clearTimeout(late)
      signal?.removeEventListener('abort', abort)
    },
  }
}

/** Whether a deadline passed. */
export function isTimeout({ reason }: { readonly reason: unknown }): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}

/** The error for an aborted signal: a timeout if the deadline passed, else that the call was cancelled. */
export function endedError(provider: ProviderName, { reason }: { readonly reason: unknown }): UpstreamError {
  if (reason instanceof UpstreamError) return reason
  if (isTimeout({ reason })) {
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
