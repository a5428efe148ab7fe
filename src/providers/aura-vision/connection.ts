import { WebSocket } from 'ws'
import { endedError, withDeadline } from '../../upstream/deadline.ts'
import { UpstreamError } from '../../upstream/error.ts'
import type { Flight } from '../../upstream/flight.ts'
import { Assembly, type PartNumbering, parseFrame } from './frames.ts'
import { InFlight, type Waiting } from './in-flight.ts'
import { connectRefusal, strayError } from './refusals.ts'

/** A connection was lost before this request had an answer; asking once more, on another connection, is safe. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  /** What to tell when it happens again. */
  readonly reason: UpstreamError

  constructor(reason: UpstreamError) {
    super(reason.message, { cause: reason })
    this.reason = reason
  }
}

/** One open socket with many requests in flight, matched to their answers by id. */
export interface Connection {
  readonly isOpen: boolean
  /**
   * The JSON text that answers the message; rejects with UpstreamError, or ConnectionLost when the socket ends first.
   * When a deadline passes and nothing at all arrived meanwhile, the connection is taken for dead and retired.
   */
  ask(id: string, message: string, flight: Flight): Promise<string>
  /** Takes no more requests, and closes once those in flight have ended. */
  retire(): void
}

export interface ConnectionOptions {
  /** With the token in its query: never to be logged. */
  readonly url: URL
  readonly numbering: PartNumbering
  readonly deadlineMilliseconds: number
  readonly maximumBytes: number
  /** Closes the connection at once, also one that is still being opened; requests in flight are lost. */
  readonly closing: AbortSignal
}

/** Rejects with UpstreamError: `UPSTREAM_UNAUTHENTICATED` when the token was refused. */
export function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { url, deadlineMilliseconds, maximumBytes, closing } = options
  const signal = withDeadline(deadlineMilliseconds, closing)
  if (signal.aborted) return Promise.reject(endedError('aura-vision', signal))
  return new Promise((resolve, reject) => {
    const socket = createSocket(url, maximumBytes)
    const end = () => {
      reject(endedError('aura-vision', signal))
      socket.terminate()
    }
    signal.addEventListener('abort', end, { once: true })
    socket.once('open', () => {
      signal.removeEventListener('abort', end)
      resolve(attend(socket, options))
    })
    socket.once('unexpected-response', (_request, { statusCode: status = 0, headers }) => {
      reject(connectRefusal({ status, headers }))
      socket.terminate()
    })
    socket.once('error', cause => {
      const message = 'aura-vision could not be reached.'
      reject(new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', message, { cause }))
    })
  })
}

function createSocket(url: URL, maximumBytes: number): WebSocket {
  try {
    return new WebSocket(url, { maxPayload: maximumBytes, followRedirects: false, perMessageDeflate: false })
  } catch (cause) {
    const message = 'aura-vision has a URL that no WebSocket can be opened at.'
    throw new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', message, { cause, retryable: false })
  }
}

function attend(socket: WebSocket, { numbering, maximumBytes, closing }: ConnectionOptions): Connection {
  const inFlight = new InFlight()
  let arrivals = 0
  let retired = false

  const closeIfDone = () => {
    if (retired && inFlight.isEmpty) socket.close()
  }
  const settle = (id: string, how: (waiting: Waiting) => void) => {
    inFlight.settle(id, how)
    closeIfDone()
  }
  const retire = () => {
    retired = true
    closeIfDone()
  }
  const loseAll = (reason: UpstreamError) => {
    retired = true
    socket.terminate()
    inFlight.fail(new ConnectionLost(reason))
  }

  socket.on('ping', () => {
    arrivals++
  })
  socket.on('message', data => {
    arrivals++
    const message = data.toString()
    const frame = parseFrame(message)
    if (!frame) {
      const error = strayError(message)
      if (error.code === 'UPSTREAM_UNAUTHENTICATED') return loseAll(error)
      inFlight.blame(error)
      return closeIfDone()
    }
    const waiting = inFlight.arrived(frame.id)
    if (!waiting) return closeIfDone()
    waiting.bytes += Buffer.byteLength(message)
    const json = waiting.assembly.add(frame)
    if (waiting.assembly.size > maximumBytes) {
      settle(frame.id, ({ reject }) => reject(tooLarge(maximumBytes)))
    } else if (json !== undefined) {
      settle(frame.id, ({ resolve }) => resolve(json))
    }
  })
  socket.on('error', cause => {
    const isTooLarge = 'code' in cause && cause.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    loseAll(isTooLarge ? tooLarge(maximumBytes, cause) : closedEarly(cause))
  })
  const close = () => socket.terminate()
  closing.addEventListener('abort', close, { once: true })
  socket.on('close', () => {
    closing.removeEventListener('abort', close)
    loseAll(closedEarly())
  })

  return {
    get isOpen() {
      return !retired && socket.readyState === WebSocket.OPEN
    },
    ask(id, message, flight) {
      const { signal } = flight
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(endedError('aura-vision', signal))
        const arrivalsBefore = arrivals
        const end = () => {
          const error = endedError('aura-vision', signal)
          inFlight.abandon(id, error)
          if (error.code === 'UPSTREAM_TIMEOUT' && arrivals === arrivalsBefore) retired = true
          closeIfDone()
        }
        signal.addEventListener('abort', end, { once: true })
        const forget = () => signal.removeEventListener('abort', end)
        const waiting: Waiting = {
          assembly: new Assembly(numbering),
          bytes: 0,
          resolve: json => {
            forget()
            flight.received?.(waiting.bytes)
            resolve(json)
          },
          reject: error => {
            forget()
            reject(error)
          },
        }
        inFlight.add(id, waiting)
        socket.send(message, error => {
          if (error) settle(id, ({ reject }) => reject(new ConnectionLost(closedEarly(error))))
        })
      })
    },
    retire,
  }
}

function closedEarly(cause?: Error): UpstreamError {
  const message = 'aura-vision closed the connection before it answered.'
  return new UpstreamError('aura-vision', 'UPSTREAM_UNAVAILABLE', message, { cause })
}

function tooLarge(maximumBytes: number, cause?: Error): UpstreamError {
  const message = `aura-vision answered more than ${maximumBytes} bytes.`
  return new UpstreamError('aura-vision', 'UPSTREAM_INVALID_RESPONSE', message, { cause })
}
