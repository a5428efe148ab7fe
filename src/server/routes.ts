import { exportFileAt } from '../export/export-path.ts'
import { exportAt } from '../export/export-request.ts'
import { imagePath } from '../images/image-path.ts'
import { accepts } from './http/media-ranges.ts'
import type { Target } from './http/request-target.ts'
import { pagePath } from './pages/page-folder.ts'

/** The target of a request. */
export type Route = EnteredRoute | 'home' | 'page' | 'image' | 'exportFile' | 'health' | 'readiness'

/** The routes that only a known caller passes. */
export type EnteredRoute = (typeof enteredRoutes)[number]

const enteredRoutes = ['graphql', 'graphiql', 'mcp', 'ticket', 'export'] as const

/**
 * Undefined for an unknown path. A client that prefers HTML gets GraphiQL, which runs nothing by itself; the link of a document
 * gets the document's response.
 */
export function routeOf(
  { path, query }: Pick<Target, 'path' | 'query'>,
  method: string | undefined,
  accept: string | undefined,
): Route | undefined {
  if (path === '/graphql') {
    if (method !== 'GET' || new URLSearchParams(query).has('documentId')) return 'graphql'
    return accepts(accept, typesOfGet) === 'text/html' ? 'graphiql' : 'graphql'
  }
  if (path === '/') return 'home'
  if (path.startsWith(pagePath)) return 'page'
  if (path === '/mcp') return 'mcp'
  if (path === '/ticket') return 'ticket'
  if (path.startsWith(imagePath)) return 'image'
  if (exportAt(path)) return 'export'
  if (exportFileAt(path)) return 'exportFile'
  if (path === '/healthz') return 'health'
  return path === '/readyz' ? 'readiness' : undefined
}

const typesOfGet = [
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'multipart/mixed',
  'text/html',
] as const

/** The name of each route in metrics and traces. */
export const patternOf: Readonly<Record<Route, string>> = {
  home: '/',
  page: '/page/{file}',
  graphql: '/graphql',
  graphiql: '/graphql',
  image: '/images/{link}',
  mcp: '/mcp',
  ticket: '/ticket',
  export: '/export/{name}',
  exportFile: '/export/files/{file}',
  health: '/healthz',
  readiness: '/readyz',
}

/** Each route's methods, in the order in which a 405 lists them. OPTIONS works everywhere. */
export const methodsOf: Readonly<Record<Route, readonly string[]>> = {
  home: ['GET', 'HEAD'],
  page: ['GET', 'HEAD'],
  graphql: ['GET', 'POST'],
  graphiql: ['GET', 'POST'],
  mcp: ['POST'],
  ticket: ['POST'],
  export: ['GET'],
  exportFile: ['GET', 'HEAD', 'OPTIONS'],
  image: ['GET', 'HEAD', 'OPTIONS'],
  health: ['GET', 'HEAD'],
  readiness: ['GET', 'HEAD'],
}

export function isEntered(route: Route | undefined): route is EnteredRoute {
  return enteredRoutes.some(entered => entered === route)
}
