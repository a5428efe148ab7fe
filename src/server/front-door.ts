import type { IncomingMessage, ServerResponse } from 'node:http'
import { allowOrigin, answerOptions, isNavigation, refuseStrangers } from './cross-origin.ts'
import { Refusal, sendRefusal } from './refusal.ts'
import { readTarget, type Target } from './request-target.ts'
import { methodsOf, type Route, routeOf } from './routes.ts'
import { untilTaken } from './slow-readers.ts'

/** A request that passed the front door. */
export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: Target
}

export interface FrontDoorOptions {
  /** Whose pages may ask from a browser: origins, or `*`. */
  readonly corsOrigins: readonly string[]
  readonly publicUrl: URL | undefined
  /** Throws a Refusal at a host that is not this server's. */
  readonly checkHost: (target: Target) => void
  readonly rooms: Readonly<Record<Route, (visit: Visit) => unknown>>
  /** How long a reader may take nothing of the end of a response, in milliseconds. */
  readonly patience: number
  /** Told of errors that are nobody's refusal; `place` says where it happened. */
  readonly logError: (error: unknown, place: string) => void
}

/**
 * What every request passes before any library sees it: its form (400), its host (421), the origin that it comes from (403),
 * its path (404) and its method (405). Whatever is thrown behind it, and by nothing else answered, is a plain 500 and one line
 * of the log. Whoever takes nothing of the end of a response is dropped.
 */
export function frontDoor(
  options: FrontDoorOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      await admit(options, request, response)
    } catch (error) {
      if (!(error instanceof Refusal) && !response.destroyed) options.logError(error, 'the front door')
      if (response.headersSent) response.destroy()
      else sendRefusal(response, error instanceof Refusal ? error : unexpected)
    }
    if (!response.writableFinished)
      await untilTaken(response, options.patience, taken => response.once('finish', taken))
  }
}

const unexpected = new Refusal(500, 'Something unexpected went wrong.')

async function admit(
  { corsOrigins, publicUrl, checkHost, rooms }: FrontDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  allowOrigin(request, response, corsOrigins)
  const target = readTarget(request)
  if (target.isAbsolute) toOriginForm(request, target)
  const { method = '', headers } = request
  const route = routeOf(target, method, headers.accept)
  const isHealth = route === 'health' || route === 'readiness'
  // No page can send the absolute form, and who checks the health of a server by it may name any host.
  if (!(isHealth && target.isAbsolute)) checkHost(target)
  const isPage = !route || route === 'graphiql'
  const isHarmless = isHealth || route === 'image' || (isPage && isNavigation(request))
  if (!isHarmless) refuseStrangers(request, target, corsOrigins, publicUrl)
  if (target.path === '*') return answerOptions(request, response, ['GET', 'HEAD', 'POST'])
  if (!route) return void response.writeHead(404, { 'content-length': 0 }).end()
  const methods = methodsOf[route]
  if (method === 'OPTIONS') return answerOptions(request, response, methods)
  if (!methods.includes(method))
    throw new Refusal(405, `${method} is no method of ${target.path}.`, { allow: methods.join(', ') })
  await rooms[route]({ request, response, target })
}

/** What stands behind knows no other form. */
function toOriginForm(request: IncomingMessage, { path, query, host }: Target): void {
  request.url = query ? `${path}?${query}` : path
  request.headers.host = host
}
