import type { Dispatcher } from 'undici'
import type { CallContext } from '../call-context.ts'
import { endedError, isTimeout, watchDeadline } from '../deadline.ts'
import type { ProviderName } from '../error.ts'
import { arrive, failedOutcome } from '../observer.ts'
import type { Bounds } from './bounds.ts'
import type { Connections } from './connections.ts'
import type { Exchange } from './exchange.ts'
import { endsConnection, mayBeDone, noResponse } from './no-response.ts'

export interface Sending<Response> {
  readonly request: Dispatcher.DispatchOptions & { readonly headers: Readonly<Record<string, string>> }
  /** Called each time the request is sent. */
  readonly open: () => Exchange<Response>
  readonly callContext: CallContext | undefined
  /** Whether it changes nothing, so that it is sent again if its connection was closed while idle. */
  readonly isRead: boolean
  /** Whether each arrival creates something: after it has left, its failure says so and is not retryable. */
  readonly isCreation: boolean
}

/** Sends one provider's calls within its bounds, each with its trace. Rejects with UpstreamError if there is no response, or it is late or too large. */
export function openDispatch(
  provider: ProviderName,
  { deadlineMilliseconds, maximumBytes, idleMilliseconds = defaultIdle, observer }: Bounds,
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
    const { trail, traceparent } = callContext ?? {}
    const attempt = trail?.leave() ?? 1
    const observation = observer?.begin({
      provider,
      route: trail?.route ?? 'unknown',
      method: request.method,
      origin: String(request.origin),
      attempt,
      traceparent,
    })
    const sent = withTrace(request, observation?.traceparent ?? traceparent)
    const opened = () => {
      const exchange = open()
      exchange.arrived = callContext?.arrived
      return exchange
    }
    let exchange = opened()
    using _deadline = watchDeadline(deadlineMilliseconds, callContext?.signal, ended => {
      // A response that came in time may wait until it is read.
      if (exchange.endedAt === undefined || !isTimeout(ended)) exchange.giveUp(endedError(provider, ended))
    })
    try {
      connections.send(sent, exchange)
      const response = await exchange.response.catch(error => {
        if (!isRead || !lostWhileIdle(exchange, error, idleMilliseconds)) throw error
        callContext?.repeated?.()
        trail?.leave()
        exchange = opened()
        connections.sendAnew(sent, exchange)
        return exchange.response
      })
      callContext?.received?.(exchange.wireBytes)
      const { status, wireBytes: bytes, endedAt: at } = exchange
      if (observation) arrive(observation, { status, bytes, at }, trail)
      if (callContext?.dated) reportDate(exchange, callContext.dated)
      return response
    } catch (error) {
      const failure = noResponse(provider, error, { maximumBytes, hasBegun: exchange.hasBegun })
      observation?.end(failedOutcome(failure, callContext?.signal))
      throw isCreation && exchange.hasLeft ? mayBeDone(failure) : failure
    }
  }
}

function withTrace<Request extends Sending<unknown>['request']>(
  request: Request,
  traceparent: string | undefined,
): Request {
  return traceparent === undefined ? request : { ...request, headers: { ...request.headers, traceparent } }
}

function reportDate({ date }: Pick<Exchange<unknown>, 'date'>, report: (milliseconds: number) => void): void {
  const milliseconds = Date.parse(date ?? '')
  if (!Number.isNaN(milliseconds)) report(milliseconds)
}

/** No known vendor closes connections within the first seconds after use. */
const defaultIdle = 1000

/** Whether a connection ended before any response, as it does if the server closed it while it was idle. */
function lostWhileIdle(
  { idleMilliseconds = -1, hasBegun }: Pick<Exchange<unknown>, 'idleMilliseconds' | 'hasBegun'>,
  error: unknown,
  least: number,
): boolean {
  return idleMilliseconds >= least && !hasBegun && endsConnection(error)
}
