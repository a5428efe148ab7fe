import type { ServerResponse } from 'node:http'

/**
 * Ends when the caller goes away before it has its answer, or after `milliseconds` where they are given. One signal of the
 * platform and one timer that ends with the answer: combined signals are many times as dear, and outlive it.
 */
export function responseSignal(response: ServerResponse, milliseconds?: number): AbortSignal {
  const controller = new AbortController()
  const end = () => controller.abort(new DOMException('The deadline of the answer passed.', 'TimeoutError'))
  const late = milliseconds === undefined ? undefined : setTimeout(end, milliseconds).unref()
  const close = () => {
    clearTimeout(late)
    if (!response.writableFinished) controller.abort()
  }
  if (response.closed) close()
  else response.once('close', close)
  return controller.signal
}
