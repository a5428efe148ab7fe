import type { Dispatcher } from 'undici'
import type { CallContext } from '../call-context.ts'
import { endedError, openDeadline } from '../deadline.ts'
import type { ProviderName } from '../error.ts'
import type { Bounds } from './bounds.ts'
import type { Connections } from './connections.ts'
import { mayBeDone } from './creation.ts'
import type { Exchange } from './exchange.ts'
import { endsConnection, noResponse } from './no-response.ts'

export interface Sending<Answer> {
  readonly request: Dispatcher.DispatchOptions
  /** Called for each time that it is sent. */
  readonly open: () => Exchange<Answer>
  readonly callContext: CallContext | undefined
  /** Whether it changes nothing, so that it is sent again where its connection had been closed. */
  readonly isRead: boolean
  /** Whether it makes something anew whenever it arrives: once it has left, its failure says so and is not retryable. */
  readonly isCreation: boolean
}

/** Sends calls of one provider within its bounds. Rejects with UpstreamError for no answer, a late one or one too large. */
export function openDispatch(
  provider: ProviderName,
  { deadlineMilliseconds, maximumBytes }: Bounds,
  connections: Connections,
) {
  return async <Answer>({
    request,
    open,
    callContext,
    isRead,
    isCreation,
  }: Sending<Answer>): Promise<Answer> => {
    if (callContext?.signal.aborted) throw endedError(provider, callContext.signal)
    let exchange = open()
    using deadline = openDeadline(deadlineMilliseconds, callContext?.signal)
    const { signal } = deadline
    signal.addEventListener('abort', () => exchange.giveUp(endedError(provider, signal)))
    try {
      connections.send(request, exchange)
      const answer = await exchange.answer.catch(error => {
        if (!isRead || !lostUnanswered(exchange, error)) throw error
        callContext?.repeated?.()
        exchange = open()
        connections.sendAnew(request, exchange)
        return exchange.answer
      })
      callContext?.received?.(exchange.wireBytes)
      return answer
    } catch (error) {
      const failure = noResponse(provider, error, { maximumBytes, hasBegun: exchange.hasBegun })
      throw isCreation && exchange.hasLeft ? mayBeDone(failure) : failure
    }
  }
}

/** Whether a connection that was used before ended with nothing of an answer, as one does that is closed while it is idle. */
function lostUnanswered(
  { isReused, hasBegun }: Pick<Exchange<unknown>, 'isReused' | 'hasBegun'>,
  error: unknown,
): boolean {
  return isReused && !hasBegun && endsConnection(error)
}
