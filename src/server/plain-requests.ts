import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isAsyncIterable, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import { explainHeader } from './plugins/explain.ts'

export interface ServerContext {
  readonly res: ServerResponse
  /** What came of the operation, where it was run before Yoga's HTTP got the request. */
  readonly outcome?: { readonly result: Result } | { readonly error: unknown }
  readonly [name: string]: unknown
}

type Yoga = YogaServerInstance<ServerContext, object>
type Result = Awaited<ReturnType<Yoga['getResultForParams']>>

/**
 * Answers what nearly all callers send, an operation posted as JSON, around Yoga's HTTP, which takes longer than all else of a
 * small request. Yoga runs the operation, with every plugin; what is not plain, in the request or in what came of it, is
 * answered by Yoga's HTTP, with the help of `useOutcome`. Callers cannot tell. A body of more than `bytes` is not plain.
 */
export function plainRequests(yoga: Yoga, bytes: number): RequestListener {
  const { getResultForParams, fetchAPI } = yoga
  const answer = async (request: IncomingMessage, response: ServerResponse, type: string, text: string) => {
    // Yoga looks there for a body that was read already.
    Object.assign(request, { body: text })
    const params = readObject(text)
    if (!params) return yoga(request, response)
    try {
      const headers = headersOf(request)
      const asked = new fetchAPI.Request('http://localhost/graphql', { method: 'POST', headers })
      const result = await getResultForParams({ params, request: asked }, { res: response })
      const body = plainBody(result)
      if (body === undefined) return yoga(request, response, { outcome: { result } })
      if (response.destroyed) return
      const length = Buffer.byteLength(body)
      response.writeHead(200, { 'Content-Type': type, 'content-length': length })
      // Of ASCII alone the same bytes, written in a third of the time and memory.
      response.end(body, length === body.length ? 'latin1' : 'utf8')
    } catch (error) {
      return yoga(request, response, { outcome: { error } })
    }
  }
  return (request, response) => {
    const type = plainType(request, bytes)
    if (type === undefined) return yoga(request, response)
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => answer(request, response, type, Buffer.concat(chunks).toString()))
  }
}

/** Has an operation answered that was run already. */
export function useOutcome(): Plugin<object, ServerContext> {
  return {
    onParams({ context: { outcome }, setResult }) {
      if (!outcome) return
      if ('error' in outcome) throw outcome.error
      if (outcome.result) setResult(outcome.result)
    },
  }
}

/** What the answer to a plain request says of its type; undefined for any other request. */
function plainType({ method, url, headers }: IncomingMessage, bytes: number): string | undefined {
  if (method !== 'POST' || url !== '/graphql' || headers.origin !== undefined) return undefined
  if (headers[explainHeader] !== undefined) return undefined
  if (!/^application\/json(; ?charset=utf-8)?$/.test(headers['content-type'] ?? '')) return undefined
  const length = Number(headers['content-length'])
  if (!(length > 0 && length <= bytes)) return undefined
  const accepted = /^(application\/graphql-response\+json|application\/json|\*\/\*)(,|$)/.exec(
    headers.accept || '*/*',
  )
  const type = accepted?.[1]?.replace('*/*', 'application/json')
  return type && `${type}; charset=utf-8`
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function readObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Of data alone: errors have a say in the status, and what comes in parts has a form of its own. */
function plainBody(result: Result): string | undefined {
  if (!result || isAsyncIterable(result) || result.errors?.length || result.extensions?.http) return undefined
  return JSON.stringify(result)
}
