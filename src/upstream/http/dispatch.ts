import type { Dispatcher } from 'undici'
import type { CallContext } from '../call-context.ts'
import { endedError, openDeadline } from '../deadline.ts'
import type { ProviderName } from '../error.ts'
import type { Bounds } from './bounds.ts'
import type { Connections } from './connections.ts'
import type { Exchange } from './exchange.ts'
import { endsConnection, mayBeDone, noResponse } from './no-response.ts'

export interface Sending<Response> {
  readonly request: Dispatcher.DispatchOptions
  /** Called each time the request is sent. */
  readonly open: () => Exchange<Response>
  readonly callContext: CallContext | undefined
  /** Whether it changes nothing, so that it is sent again if its connection had been closed. */
  readonly isRead: boolean
  /** Whether it creates something each time it arrives: once it has left, its failure says so and is not retryable. */
  readonly isCreation: boolean
}

/** Sends one provider's calls within its bounds. Rejects with UpstreamError if there is no response, or it is late or too large. */
export function openDispatch(
  provider: ProviderName,
  { deadlineMilliseconds, maximumBytes }: Bounds,
  connections: Connections,
) {
  return async <Response>({
    request,
    open,
    callContext,
    isRead,
    isCreation,
  }: Sending<Response>): Promise<Response> => {
    if (callContext?.signal.aborted) throw endedError(provider, callContext.signal)
    let exchange = open()
    using deadline = openDeadline(deadlineMilliseconds, callContext?.signal)
    const { signal } = deadline
    signal.addEventListener('abort', () => exchange.giveUp(endedError(provider, signal)))
    try {
      connections.send(request, exchange)
      const response = await exchange.response.catch(error => {
        if (!isRead || !lostUnanswered(exchange, error)) throw error
        callContext?.repeated?.()
        exchange = open()
        connections.sendAnew(request, exchange)
        return exchange.response
      })
      callContext?.received?.(exchange.wireBytes)
      return response
    } catch (error) {
      const failure = noResponse(provider, error, { maximumBytes, hasBegun: exchange.hasBegun })
      throw isCreation && exchange.hasLeft ? mayBeDone(failure) : failure
    }
  }
}

/** Whether a reused connection ended before any response, as one does that the server closed while it was idle. */
function lostUnanswered(
  { isReused, hasBegun }: Pick<Exchange<unknown>, 'isReused' | 'hasBegun'>,
  error: unknown,
): boolean {
  return isReused && !hasBegun && endsConnection(error)
}
