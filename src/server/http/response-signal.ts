import type { ServerResponse } from 'node:http'

/**
 * Aborts when the client leaves before its response is complete, or after `milliseconds`. Uses one controller and one
 * timer: AbortSignal.any costs many times as much and outlives the response.
 */
export function responseSignal(response: ServerResponse, milliseconds?: number): AbortSignal {
  const controller = new AbortController()
  const end = () => controller.abort(new DOMException('The deadline of the response passed.', 'TimeoutError'))
  const late = milliseconds === undefined ? undefined : setTimeout(end, milliseconds).unref()
  const close = () => {
    clearTimeout(late)
    if (!response.writableFinished) controller.abort()
  }
  if (response.closed) close()
  else response.once('close', close)
  return controller.signal
}
