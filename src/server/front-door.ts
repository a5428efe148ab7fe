import type { IncomingMessage, ServerResponse } from 'node:http'
import { allowOrigin, isNavigation, refuseStrangers, writeOptions } from './cross-origin.ts'
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
  readonly logError: (error: unknown, where: string) => void
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
      else sendRefusal(request, response, error instanceof Refusal ? error : unexpected)
    }
    if (!response.writableFinished)
      await untilTaken(response, options.patience, taken => response.once('finish', taken))
  }
}

const unexpected = new Refusal(500, 'Something unexpected went wrong.')

async function admit(
  options: FrontDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  allowOrigin(request, response, options.corsOrigins)
  const target = readTarget(request)
  if (target.isAbsolute) toOriginForm(request, target)
  const visit = { request, response, target }
  const route = routeOf(target, request.method, request.headers.accept)
  for (const step of chain) if (step(visit, route, options)) return
  if (route) await options.rooms[route](visit)
}

/** Throws a Refusal, or returns true once it has sent the response. */
type Step = (visit: Visit, route: Route | undefined, options: FrontDoorOptions) => boolean

const chain: readonly Step[] = [
  checkHost,
  checkOrigin,
  sendServerOptions,
  checkPath,
  sendOptions,
  checkMethod,
]

function checkHost({ target }: Visit, route: Route | undefined, options: FrontDoorOptions): boolean {
  // No page can send the absolute form, and who checks the health of a server by it may name any host.
  if (!(isHealth(route) && target.isAbsolute)) options.checkHost(target)
  return false
}

function checkOrigin(
  { request, target }: Visit,
  route: Route | undefined,
  { corsOrigins, publicUrl }: FrontDoorOptions,
): boolean {
  const isPage = !route || route === 'graphiql'
  const isHarmless = isHealth(route) || route === 'image' || (isPage && isNavigation(request))
  if (!isHarmless) refuseStrangers(request, target, corsOrigins, publicUrl)
  return false
}

function sendServerOptions({ request, response, target }: Visit): boolean {
  if (target.path !== '*') return false
  writeOptions(request, response, ['GET', 'HEAD', 'POST'])
  return true
}

function checkPath({ response }: Visit, route: Route | undefined): boolean {
  if (route) return false
  response.writeHead(404, { 'content-length': 0 }).end()
  return true
}

function sendOptions({ request, response }: Visit, route: Route | undefined): boolean {
  if (!route || request.method !== 'OPTIONS') return false
  writeOptions(request, response, methodsOf[route])
  return true
}

function checkMethod({ request: { method = '' }, target }: Visit, route: Route | undefined): boolean {
  const methods = route ? methodsOf[route] : []
  if (methods.includes(method)) return false
  throw new Refusal(405, `${method} is no method of ${target.path}.`, { allow: methods.join(', ') })
}

function isHealth(route: Route | undefined): boolean {
  return route === 'health' || route === 'readiness'
}

/** What stands behind knows no other form. */
function toOriginForm(request: IncomingMessage, { path, query, host }: Target): void {
  request.url = query ? `${path}?${query}` : path
  request.headers.host = host
}
