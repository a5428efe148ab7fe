import type { IncomingMessage, ServerResponse } from 'node:http'
import fresh from 'fresh'
import { isAsyncIterable, type YogaServerInstance } from 'graphql-yoga'
import { bounded } from './bounded-errors.ts'
import { decisive, freshnessOf } from './document-freshness.ts'
import { checkExplain } from './explain.ts'
import type { Visit } from './front-door.ts'
import { isLongJson } from './json-pieces.ts'
import { writeLongJson } from './long-json.ts'
import { documentIdOf, type OperationParams, readParams } from './operation-params.ts'
import { incrementalRewrite } from './plugins/incremental-delivery.ts'
import type { MaskedErrors } from './plugins/masked-errors.ts'
import { Refusal } from './refusal.ts'
import { incrementalFormat, takesEvents, typeOfWhole } from './response-format.ts'
import { bodyOf, httpOf, type Result } from './result-body.ts'
import { sendResults } from './result-stream.ts'
import { chunkBytes, endWith } from './slow-readers.ts'
import type { ServerContext } from './yoga.ts'

export interface GraphqlOverHttpOptions {
  /** Of a request body. */
  readonly bytes: number
  /** How long the caller's own cache may keep what a GET by id was answered. */
  readonly freshSeconds: number
  /** How long a reader may take nothing of a response, in milliseconds. */
  readonly patience: number
  readonly maskedErrors: Pick<MaskedErrors, 'maskError' | 'errorMessage'>
}

/**
 * Serves GraphQL over HTTP: an operation posted as JSON or in the URL of a GET, answered in the type that the client likes best.
 * Yoga runs the operation, with all its plugins, and none of its HTTP.
 */
export function graphqlOverHttp(
  { getResultForParams, fetchAPI }: YogaServerInstance<ServerContext, object>,
  { bytes, freshSeconds, patience, maskedErrors }: GraphqlOverHttpOptions,
): (visit: Visit) => Promise<void> {
  const run = async (params: OperationParams, request: Request, response: ServerResponse) => {
    try {
      return await getResultForParams({ params, request }, { res: response })
    } catch (error) {
      return { errors: [maskedErrors.maskError(error, maskedErrors.errorMessage)] }
    }
  }
  return async visit => {
    const { request, response } = visit
    const { accept } = request.headers
    if (request.method === 'GET') response.setHeader('vary', decisive)
    checkExplain(request)
    if (!typeOfWhole(accept)) throw notAcceptable()
    const params = await readParams(visit, bytes)
    if (!params) return
    const yogaRequest = new fetchAPI.Request('http://localhost/graphql', {
      method: request.method ?? 'GET',
      headers: headersOf(request),
    })
    const isById = request.method === 'GET' && !params.query && documentIdOf(params) !== null
    const result = await run(params, yogaRequest, response)
    if (isAsyncIterable(result)) return sendStream(visit, result, incrementalRewrite(yogaRequest), patience)
    if (response.destroyed) return
    if (!result || Array.isArray(result)) throw new Error('an operation without a result')
    await sendWhole(visit, bounded(result), isById ? freshnessOf(result, freshSeconds) : {}, patience)
  }
}

async function sendWhole(
  { request, response }: Visit,
  result: Result,
  cacheHeaders: Readonly<Record<string, string>>,
  patience: number,
): Promise<void> {
  const type = typeOfWhole(request.headers.accept)
  if (type === undefined) throw notAcceptable()
  const isJson = type === 'application/json' || type === 'application/graphql-response+json'
  const { status, headers } = httpOf(
    result,
    type !== 'application/graphql-response+json' && type !== 'multipart/mixed',
  )
  if (!isJson) return sendResults(response, only(result), type, { status, headers, patience })
  if (cacheHeaders.etag && fresh(request.headers, { etag: cacheHeaders.etag }))
    return void response.writeHead(304, { ...headers, ...cacheHeaders }).end()
  const value = bodyOf(result)
  const allHeaders = { 'content-type': `${type}; charset=utf-8`, ...headers, ...cacheHeaders }
  if (isLongJson(value)) {
    response.writeHead(status, allHeaders)
    await writeLongJson(response, value, patience)
    return void response.end()
  }
  const text = JSON.stringify(value)
  const length = Buffer.byteLength(text)
  response.writeHead(status, { ...allHeaders, 'content-length': length })
  // Of ASCII alone the same bytes, written in a third of the time and memory.
  const encoding = length === text.length ? 'latin1' : 'utf8'
  if (length > chunkBytes) return endWith(response, Buffer.from(text, encoding), patience)
  response.end(text, encoding)
}

/** The results of a subscription, or the parts of one response. */
async function sendStream(
  { request, response }: Visit,
  results: AsyncIterable<Result>,
  rewrite: ((result: Result) => Result) | undefined,
  patience: number,
): Promise<void> {
  const { accept } = request.headers
  const iterator = results[Symbol.asyncIterator]()
  const events = takesEvents(accept) ? ({ type: 'text/event-stream', parameter: '' } as const) : undefined
  const format = rewrite ? incrementalFormat(accept) : events
  if (response.destroyed || !format) {
    await iterator.return?.()
    if (!format) throw notAcceptable()
    return
  }
  const { type, parameter } = format
  await sendResults(response, mapped(iterator, rewrite), type, { parameter, patience })
}

async function* only(result: Result): AsyncGenerator<Result, undefined> {
  yield result
}

function mapped(
  iterator: AsyncIterator<Result>,
  rewrite = (result: Result): Result => result,
): AsyncIterator<Result> {
  return {
    async next() {
      const next = await iterator.next()
      return next.done ? next : { done: false, value: bounded(rewrite(next.value)) }
    },
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
  }
}

function notAcceptable(): Refusal {
  return new Refusal(
    406,
    'Accept application/graphql-response+json or application/json; text/event-stream for a subscription.',
  )
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
