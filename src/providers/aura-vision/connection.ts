import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import { type RawData, WebSocket } from 'ws'
import type { CallContext } from '../../upstream/call-context.ts'
import { endedError, openDeadline } from '../../upstream/deadline.ts'
import { UpstreamError } from '../../upstream/error.ts'
import { errorCode } from '../../upstream/error-code.ts'
import { noResponse } from '../../upstream/http/no-response.ts'
import { type Proxies, proxyFor } from '../../upstream/http/proxies.ts'
import { openSocketTunnel, ProxyFailure } from '../../upstream/http/tunnel.ts'
import { arrive, failedOutcome, type UpstreamObserver } from '../../upstream/observer.ts'
import { Assembly, type PartNumbering, parseFrame } from './frames.ts'
import { Heartbeat } from './heartbeat.ts'
import { InFlight, type Waiting } from './in-flight.ts'
import { closedEarly, closedOver, connectRefusal, notText, strayError, tooLarge } from './refusals.ts'

/** A connection was lost before this request had an answer. One retry on another connection is safe. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  /** The error if it happens again. */
  readonly reason: UpstreamError
  /** One of several requests caused it, and nobody knows which: each has to be sent separately. */
  readonly isShared: boolean

  constructor(reason: UpstreamError, isShared = false) {
    super(reason.message, { cause: reason })
    this.reason = reason
    this.isShared = isShared
  }
}

/** One open socket with many requests in flight, matched to their answers by id. */
export interface Connection {
  readonly isOpen: boolean
  /**
   * Resolves with the JSON text of the answer; rejects with UpstreamError, or ConnectionLost if the socket ends first. If a
   * deadline passes and nothing at all arrived meanwhile, the connection counts as dead and is retired; sooner if its other end
   * does not answer a ping.
   */
  ask(id: string, message: string, callContext: CallContext): Promise<string>
  /** Takes no more requests, and closes once the requests in flight have ended. */
  retire(): void
}

export interface ConnectionOptions {
  /** With the token in its query: must never be logged. */
  readonly url: URL
  readonly numbering: PartNumbering
  readonly deadlineMilliseconds: number
  readonly maximumBytes: number
  /** Observes the opening of the connection, and each message. */
  readonly observer?: UpstreamObserver | undefined
  /** The call that the connection is opened for. */
  readonly callContext?: Pick<CallContext, 'traceparent' | 'trail'>
  readonly proxies?: Proxies | undefined
  /** The silence after which the other end is pinged; by default a quarter of the deadline, from one second to five. */
  readonly quietMilliseconds?: number
  /** How long other requests may still get their answers before all that remain are suspected of an error. */
  readonly graceMilliseconds?: number
  /** Called with each failure that names no request. */
  readonly onStray?: (error: UpstreamError) => void
  /** Closes the connection at once, even while it is being opened; requests in flight are lost. */
  readonly closing: AbortSignal
}

/** Rejects with UpstreamError: `UPSTREAM_UNAUTHENTICATED` if the token was refused. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { url, observer, callContext } = options
  const observation = observer?.begin({
    provider: 'aura-vision',
    route: 'GET socket',
    method: 'GET',
    origin: url.origin,
    attempt: 1,
    traceparent: callContext?.traceparent,
  })
  try {
    const connection = await open(options)
    observation?.end({ status: 101, bytes: 0 })
    return connection
  } catch (error) {
    const status = error instanceof UpstreamError ? (error.upstreamStatus ?? 0) : 0
    observation?.end(status >= 400 ? { status, bytes: 0 } : failedOutcome(error, options.closing))
    throw error
  }
}

async function open(options: ConnectionOptions): Promise<Connection> {
  const { url, deadlineMilliseconds, maximumBytes, closing } = options
  using deadline = openDeadline(deadlineMilliseconds, closing)
  const { signal } = deadline
  if (signal.aborted) throw endedError('aura-vision', signal)
  const tunnel = await tunnelTo(options, signal)
  return await new Promise((resolve, reject) => {
    const socket = createSocket(url, maximumBytes, tunnel)
    const end = () => {
      reject(endedError('aura-vision', signal))
      socket.terminate()
    }
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    socket.once('open', () => {
      resolve(attend(socket, options))
    })
    socket.once('unexpected-response', (_request, { statusCode: status = 0, headers }) => {
      reject(connectRefusal({ status, headers }))
      socket.terminate()
    })
    socket.once('error', cause => {
      reject(noResponse('aura-vision', cause, { maximumBytes, hasBegun: false }))
    })
  })
}

/** Undefined without a proxy. */
async function tunnelTo(
  { url, proxies, deadlineMilliseconds: timeoutMilliseconds }: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  const proxy = proxyFor(url, proxies)
  if (!proxy) return undefined
  try {
    return await openSocketTunnel(proxy, url, { timeoutMilliseconds, signal })
  } catch (cause) {
    if (signal.aborted) throw endedError('aura-vision', signal)
    const reason = cause instanceof ProxyFailure ? `: ${cause.message}` : ''
    const message = `aura-vision could not be reached${reason}.`
    throw new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', message, { cause })
  }
}

function createSocket(url: URL, maximumBytes: number, tunnel: Socket | undefined): WebSocket {
  try {
    return new WebSocket(url, {
      // A message that is slightly too large fails only its own request; a larger one ends the socket.
      maxPayload: 2 * maximumBytes + slackBytes,
      followRedirects: false,
      perMessageDeflate: false,
      // Checked here, so that a message that is no text fails only its own request.
      skipUTF8Validation: true,
      ...(tunnel && { createConnection: () => tunnel }),
    })
  } catch (cause) {
    tunnel?.destroy()
    const message = 'aura-vision has a URL that no WebSocket can be opened at.'
    throw new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', message, { cause, retryable: false })
  }
}

/** Room for the text before a message's JSON. */
const slackBytes = 65_536

function attend(socket: WebSocket, options: ConnectionOptions): Connection {
  const { numbering, maximumBytes, deadlineMilliseconds, closing, graceMilliseconds } = options
  const { observer, url } = options
  const quiet = Math.max(1000, Math.min(deadlineMilliseconds / 4, 5000))
  const inFlight = new InFlight({
    leftMilliseconds: deadlineMilliseconds,
    ...(graceMilliseconds !== undefined && { graceMilliseconds }),
    suspected: error => new ConnectionLost(error, true),
  })
  let arrivals = 0
  let isRetired = false

  const closeIfDone = () => {
    if (isRetired && inFlight.size === 0) socket.close()
  }
  const settle = (id: string, how: (waiting: Waiting) => void) => {
    inFlight.settle(id, how)
    closeIfDone()
  }
  const retire = () => {
    isRetired = true
    closeIfDone()
  }
  const loseAll = (error: Error) => {
    isRetired = true
    heartbeat.stop()
    socket.terminate()
    inFlight.fail(error)
  }
  /** The only question on the socket caused it. */
  const loseBy = (reason: UpstreamError) =>
    loseAll(inFlight.size === 1 ? reason : new ConnectionLost(reason, true))
  const heartbeat = new Heartbeat({
    quietMilliseconds: options.quietMilliseconds ?? quiet,
    isAwaited: () => inFlight.size > 0,
    ping: () => socket.ping(),
    onDead: () => loseAll(new ConnectionLost(closedEarly())),
  })
  const blame = (error: UpstreamError) => {
    // Without words of an error it may also be a greeting or a sign of life.
    if (error.code === 'UPSTREAM_INVALID_RESPONSE') return inFlight.note(error)
    options.onStray?.(error)
    if (error.code === 'UPSTREAM_UNAUTHENTICATED')
      return loseAll(new ConnectionLost(error, inFlight.size > 1))
    inFlight.blame(error)
    closeIfDone()
  }
  const receive = (data: Buffer) => {
    const isText = isUtf8(data)
    const message = data.toString(isText ? 'utf8' : 'latin1')
    const frame = parseFrame(message)
    if (!frame) return blame(isText ? strayError(message) : notText())
    const waiting = inFlight.arrived(frame.id)
    if (!waiting) return closeIfDone()
    if (!isText) return settle(frame.id, ({ reject }) => reject(notText()))
    waiting.bytes += data.byteLength
    const json = waiting.assembly.add(frame)
    if (waiting.assembly.isLarger(maximumBytes) || waiting.bytes > 2 * maximumBytes + slackBytes) {
      settle(frame.id, ({ reject }) => reject(tooLarge(maximumBytes)))
    } else if (json !== undefined) {
      settle(frame.id, ({ resolve }) => resolve(json))
    }
  }

  socket.on('ping', () => {
    arrivals++
    heartbeat.arrived()
  })
  socket.on('pong', () => heartbeat.arrived())
  socket.on('message', data => {
    arrivals++
    heartbeat.arrived()
    receive(bytesOf(data))
  })
  socket.on('error', cause => {
    if (errorCode(cause) === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') loseBy(tooLarge(maximumBytes, cause))
    else loseAll(new ConnectionLost(closedEarly(cause)))
  })
  const close = () => socket.terminate()
  closing.addEventListener('abort', close, { once: true })
  socket.on('close', code => {
    closing.removeEventListener('abort', close)
    const reason = closedOver(code)
    if (reason && (inFlight.size > 1 || !reason.retryable)) loseBy(reason)
    else loseAll(new ConnectionLost(closedEarly()))
  })

  return {
    get isOpen() {
      return !isRetired && socket.readyState === WebSocket.OPEN
    },
    ask(id, message, callContext) {
      const { signal } = callContext
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(endedError('aura-vision', signal))
        const arrivalsBefore = arrivals
        const { trail, traceparent } = callContext
        const attempt = trail?.leave() ?? 1
        const observation = observer?.begin({
          provider: 'aura-vision',
          route: trail?.route ?? 'unknown',
          method: undefined,
          origin: url.origin,
          attempt,
          traceparent,
        })
        const end = () => {
          const error = endedError('aura-vision', signal)
          inFlight.abandon(id, error)
          if (error.code === 'UPSTREAM_TIMEOUT' && arrivals === arrivalsBefore) isRetired = true
          closeIfDone()
        }
        signal.addEventListener('abort', end, { once: true })
        const forget = () => signal.removeEventListener('abort', end)
        const waiting: Waiting = {
          assembly: new Assembly(numbering),
          bytes: 0,
          resolve: json => {
            forget()
            callContext.received?.(waiting.bytes)
            if (observation) arrive(observation, { status: undefined, bytes: waiting.bytes }, trail)
            resolve(json)
          },
          reject: error => {
            forget()
            observation?.end(failedOutcome(error instanceof ConnectionLost ? error.reason : error, signal))
            reject(error)
          },
        }
        inFlight.add(id, waiting)
        heartbeat.asked()
        socket.send(message, error => {
          if (error) settle(id, ({ reject }) => reject(new ConnectionLost(closedEarly(error))))
        })
      })
    },
    retire,
  }
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
