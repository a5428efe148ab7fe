import type { Account } from '../account.ts'
import type { Exchange } from '../server/front-door.ts'
import { responseSignal } from '../server/http/response-signal.ts'
import { drop } from '../server/http/slow-readers.ts'
import { imageCaller, RequestScope } from '../upstream/source/request-scope.ts'
import { judgeConditions } from './conditions.ts'
import { Deliveries } from './deliveries.ts'
import { WrongHandle } from './handles.ts'
import { imagePath } from './image-path.ts'
import { conditionFailed, sendArriving, sendImage, wantsAll } from './image-response.ts'
import { freshSecondsOf } from './images.ts'
import { sendJson, sendProblem } from './json-response.ts'
import { readLinkQuery } from './link-query.ts'
import { problem, problemOf } from './problem.ts'

export interface ImageRouteOptions {
  /** The account whose image a handle names, before the handle is verified. */
  readonly accountOf: (handle: string) => Pick<Account, 'id' | 'handles' | 'images' | 'uses'> | undefined
  /** The time limit for getting the image. Sending it takes as long as the reader keeps reading. */
  readonly deadlineMilliseconds: number
  /** Milliseconds that a reader may take nothing of an image. */
  readonly patience: number
  /** Records errors that the client did not cause. */
  readonly logError: (error: unknown, where: string, requestId: string) => void
}

/**
 * Serves the image that a handle names to GET and HEAD: 202 with its state as JSON while it is being rendered,
 * problem+json (RFC 9457) if it cannot be had. Rejects with unexpected errors.
 */
export function imageRoute(options: ImageRouteOptions): (exchange: Exchange) => Promise<void> {
  const { deadlineMilliseconds, patience, logError } = options
  const deliveries = new Deliveries({ patience })
  return async exchange => {
    const { request, response, record } = exchange
    try {
      await respond({ ...options, deliveries }, exchange, responseSignal(response, deadlineMilliseconds))
    } catch (error) {
      // The client has left.
      if (response.closed) return
      const known = problemOf(error)
      if (!known) throw error
      if (response.headersSent) {
        // A client must not take a part of an image for the whole.
        logError(error, imagePath, record.id)
        return drop(response)
      }
      if (known.status >= 500) logError(error, imagePath, record.id)
      sendProblem(request, response, known)
    }
  }
}

async function respond(
  { accountOf, deliveries }: ImageRouteOptions & { readonly deliveries: Deliveries },
  { request, response, record }: Exchange,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://isotherm')
  const handle = url.pathname.slice(imagePath.length)
  const account = accountOf(handle)
  if (!account) throw new WrongHandle(false)
  using _use = account.uses.begin()
  const { reference, expiresAt } = await account.handles.read(handle)
  record.account = account.id
  const asked = readLinkQuery(url.searchParams, reference)
  if (asked.refusal !== undefined) return sendProblem(request, response, problem(422, asked.refusal))
  const scope = RequestScope.alone(reference.provider, signal, imageCaller, record)
  record.used = () => [scope]
  const { images } = account
  const found = await (wantsAll(request)
    ? images.openEarly(reference, asked.variant, scope)
    : images.open(reference, asked.variant, scope))
  const seconds = Math.min(freshSecondsOf(reference), Math.floor((expiresAt - Date.now()) / 1000))
  const sending = { freshSeconds: seconds, deliveries }
  // The account is in use as long as its vendor sends.
  if (found.state === 'ARRIVING') return await sendArriving(response, found, sending)
  if (found.state === 'READY') return sendImage(request, response, { image: found.image, ...sending })
  if (found.state === 'FAILED') {
    return sendProblem(request, response, problem(422, found.failure, { state: 'FAILED' }))
  }
  if (judgeConditions(request.headers, undefined) === 'FAILED')
    return sendProblem(request, response, conditionFailed)
  const { retryAfterSeconds } = found
  response.setHeader('retry-after', retryAfterSeconds)
  sendJson(request, response, 202, 'application/json', { state: 'RENDERING', retryAfterSeconds })
}
