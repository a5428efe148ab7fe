import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Access, Entry } from '../access/access.ts'
import { AccountRefusal } from '../access/account-refusal.ts'
import { exportPath } from '../export/export-path.ts'
import { exportAddresses } from '../export/export-request.ts'
import { allowOrigin, isNavigation, refuseStrangers, writeOptions } from './http/cross-origin.ts'
import { fairStart } from './http/fair-start.ts'
import { observeRequest } from './http/observed-requests.ts'
import { Refusal } from './http/refusal.ts'
import { endUnread } from './http/request-body.ts'
import type { RequestObserver, RequestRecord } from './http/request-record.ts'
import { readTarget, type Target } from './http/request-target.ts'
import { drop, isTaken, untilTaken } from './http/slow-readers.ts'
import type { CallerLimits } from './limits/caller-limits.ts'
import { isEntered, methodsOf, type Route, routeOf } from './routes.ts'
import { sendRefusal } from './send-refusal.ts'
import { takeTicket } from './ticket-parameter.ts'

/** A request that passed the front door. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: Target
  /** Its id, its trace, and what is recorded about it. */
  readonly record: RequestRecord
}

/** A request of a known caller. */
export interface EnteredExchange extends Exchange, Entry {}

/** Images, exported files and pages without secrets need no caller: only this server makes addresses of the first two. */
export interface Handlers {
  readonly graphql: (exchange: EnteredExchange) => unknown
  readonly graphiql: (exchange: EnteredExchange) => unknown
  readonly mcp: (exchange: EnteredExchange) => unknown
  readonly ticket: (exchange: EnteredExchange) => unknown
  readonly export: (exchange: EnteredExchange) => unknown
  readonly home: (exchange: Exchange) => unknown
  readonly page: (exchange: Exchange) => unknown
  readonly image: (exchange: Exchange) => unknown
  readonly exportFile: (exchange: Exchange) => unknown
  readonly health: (exchange: Exchange) => unknown
  readonly readiness: (exchange: Exchange) => unknown
}

export interface FrontDoorOptions {
  readonly access: Pick<Access, 'enter'>
  /** Without it callers have no limits. */
  readonly callerLimits?: Pick<CallerLimits, 'enter'>
  /** Origins whose pages may send requests from a browser, or `*`. */
  readonly corsOrigins: readonly string[]
  readonly publicUrl: URL | undefined
  /** Throws a Refusal for a host that is not this server's. */
  readonly checkHost: (target: Target) => void
  /** Whether other machines reach the server; by default not. */
  readonly isReachable?: boolean
  readonly handlers: Handlers
  /** The observers of every request, whatever its result. */
  readonly observers?: readonly RequestObserver[]
  /** Milliseconds in which a reader has to take the end of a response. */
  readonly patience: number
  /** Records errors that are no Refusal; `where` names the place in the code. */
  readonly logError: (error: unknown, where: string, requestId: string) => void
}

/**
 * The chain that every request passes before any library sees it: form (400), host (421), origin (403), path (404), method (405),
 * expectation (417), caller (401) and its number of requests (429). An error that nothing behind it handles becomes a plain 500
 * and one log line. Disconnects a reader that does not take the end of a response, and a client that goes on sending a body that
 * nobody reads. A new check is one more step.
 */
export function frontDoor(
  options: FrontDoorOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { observers = [] } = options
  return async (request, response) => {
    const record = observeRequest(request, response, observers)
    try {
      await admit(options, request, response, record)
    } catch (error) {
      if (!(error instanceof Refusal) && !response.destroyed)
        options.logError(error, 'the front door', record.id)
      if (response.headersSent) drop(response)
      else sendRefusal(request, response, error instanceof Refusal ? error : unexpected)
    }
    if (!response.writableFinished && !isTaken(response))
      await untilTaken(response, options.patience, taken => response.once('finish', taken))
    endUnread(request)
  }
}

const unexpected = new Refusal(500, 'Something unexpected went wrong.')

async function admit(
  options: FrontDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
  record: RequestRecord,
): Promise<void> {
  allowOrigin(request, response, options.corsOrigins)
  const sent = readTarget(request)
  // Nothing behind the door sees a ticket, so nothing can log it or pass it on.
  const { query, ticket } = takeTicket(sent.query)
  const target = ticket === undefined ? sent : { ...sent, query }
  if (target.isAbsolute || ticket !== undefined) toOriginForm(request, target)
  const exchange = { request, response, target, record }
  const route = routeOf(target, request.method, request.headers.accept)
  record.route = route
  for (const step of chain) if (step(exchange, route, options)) return
  const { callerLimits, handlers } = options
  if (isEntered(route)) {
    const entry = await enter(options, request, response, record, ticket)
    using _use = entry.account.uses.begin()
    record.caller = entry.caller.id
    record.account = entry.account.id
    await callerLimits?.enter(entry.caller, request, response)
    const start = fairStart(entry.caller.id, response)
    if (start && !(await start)) return
    await handlers[route]({ ...exchange, ...entry })
  } else if (route) await handlers[route](exchange)
}

/** A caller that names a wrong account is still known, and counted. */
async function enter(
  { access, callerLimits }: FrontDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
  record: RequestRecord,
  ticket: string | undefined,
): Promise<Entry> {
  try {
    return await access.enter(request, request.method === 'GET' ? ticket : undefined)
  } catch (error) {
    if (!(error instanceof AccountRefusal)) throw error
    record.caller = error.caller.id
    await callerLimits?.enter(error.caller, request, response)
    throw error
  }
}

/** Throws a Refusal, or returns true once it has sent the response. */
type Step = (exchange: Exchange, route: Route | undefined, options: FrontDoorOptions) => boolean

const chain: readonly Step[] = [
  checkHost,
  checkOrigin,
  sendServerOptions,
  checkPath,
  sendOptions,
  checkMethod,
  checkExpectation,
]

function checkHost({ target }: Exchange, route: Route | undefined, options: FrontDoorOptions): boolean {
  // No page can send the absolute form, and a health check in that form may name any host. If other machines reach the server, a
  // probe uses any of its addresses, and its health is no secret.
  const isProbe = isHealth(route) && (target.isAbsolute || options.isReachable)
  if (!isProbe) options.checkHost(target)
  return false
}

function checkOrigin(
  { request, target }: Exchange,
  route: Route | undefined,
  { corsOrigins, publicUrl }: FrontDoorOptions,
): boolean {
  const isPage = !route || route === 'graphiql' || route === 'home'
  const isHarmless =
    isHealth(route) || route === 'image' || route === 'exportFile' || (isPage && isNavigation(request))
  if (!isHarmless) refuseStrangers(request, target, corsOrigins, publicUrl)
  return false
}

function sendServerOptions({ request, response, target }: Exchange): boolean {
  if (target.path !== '*') return false
  writeOptions(request, response, ['GET', 'HEAD', 'POST'])
  return true
}

function checkPath({ response, target }: Exchange, route: Route | undefined): boolean {
  if (route) return false
  if (target.path.startsWith(exportPath))
    throw new Refusal(404, `There is no such export. There are ${exportAddresses}.`, {}, 'NOT_FOUND')
  response.writeHead(404, { 'content-length': 0 }).end()
  return true
}

function sendOptions({ request, response }: Exchange, route: Route | undefined): boolean {
  if (!route || request.method !== 'OPTIONS') return false
  writeOptions(request, response, methodsOf[route])
  return true
}

function checkMethod({ request: { method = '' }, target }: Exchange, route: Route | undefined): boolean {
  const methods = route ? methodsOf[route] : []
  if (methods.includes(method)) return false
  throw new Refusal(405, `${method} is no method of ${target.path}.`, { allow: methods.join(', ') })
}

function checkExpectation({ request: { headers } }: Exchange): boolean {
  if (/^(100-continue)?$/i.test(headers.expect ?? '')) return false
  throw new Refusal(417, 'Of the header expect only 100-continue can be met.')
}

function isHealth(route: Route | undefined): boolean {
  return route === 'health' || route === 'readiness'
}

/** The code behind the door only knows the origin form. */
function toOriginForm(request: IncomingMessage, { path, query, host }: Target): void {
  request.url = query ? `${path}?${query}` : path
  request.headers.host = host
}
