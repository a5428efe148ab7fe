import type { IncomingMessage } from 'node:http'
import fresh from 'fresh'
import { isAsyncIterable, type YogaServerInstance } from 'graphql-yoga'
import type { Caller } from '../access/caller.ts'
import { bounded } from './bounded-errors.ts'
import { freshnessOf, varyingHeaders } from './document-freshness.ts'
import { checkExplain } from './explain.ts'
import type { EnteredExchange, Exchange } from './front-door.ts'
import { isLongJson } from './json-pieces.ts'
import { documentIdOf, type OperationParams, readParams } from './operation-params.ts'
import { incrementalRewrite } from './plugins/incremental-delivery.ts'
import type { MaskedErrors } from './plugins/masked-errors.ts'
import { Refusal } from './refusal.ts'
import type { RequestRecord } from './request-record.ts'
import { sendLongJson, sendText } from './response-body.ts'
import { incrementalFormat, takesEvents, typeOfWhole } from './response-format.ts'
import { bodyOf, httpOf, type Result } from './result-body.ts'
import { sendResults } from './result-stream.ts'
import type { ServerContext } from './server-context.ts'
import { withoutSuggestions } from './suggestions.ts'

export interface GraphqlOverHttpOptions {
  /** The largest request body. */
  readonly bytes: number
  /** Seconds that a caller's own cache may keep the response to a GET by id. */
  readonly freshSeconds: number
  /** Milliseconds that a reader may take nothing of a response. */
  readonly patience: number
  readonly maskedErrors: Pick<MaskedErrors, 'maskError' | 'errorMessage'>
  /** What an operation may be estimated to cost, as responses tell. */
  readonly maximumCost: number
}

/**
 * Serves GraphQL over HTTP: reads an operation from a JSON body or the URL of a GET, and responds in the type that
 * the client prefers. Yoga only runs the operation, with all its plugins.
 */
export function graphqlOverHttp(
  { getResultForParams, fetchAPI }: YogaServerInstance<ServerContext, object>,
  { bytes, freshSeconds, patience, maskedErrors, maximumCost }: GraphqlOverHttpOptions,
): (exchange: EnteredExchange) => Promise<void> {
  const run = async (params: OperationParams, request: Request, exchange: EnteredExchange) => {
    try {
      const { response: res, record, caller, account } = exchange
      return await getResultForParams({ params, request }, { res, record, caller, account })
    } catch (error) {
      return { errors: [maskedErrors.maskError(error, maskedErrors.errorMessage)] }
    }
  }
  return async exchange => {
    const { request, response, caller } = exchange
    const { accept } = request.headers
    if (request.method === 'GET') response.setHeader('vary', varyingHeaders)
    checkExplain(request, caller)
    if (!typeOfWhole(accept)) throw notAcceptable()
    const params = await readParams(exchange, bytes)
    if (!params) return
    const yogaRequest = new fetchAPI.Request('http://localhost/graphql', {
      method: request.method ?? 'GET',
      headers: headersOf(request),
    })
    const isById = request.method === 'GET' && !params.query && documentIdOf(params) !== null
    const result = await run(params, yogaRequest, exchange)
    tellCost(exchange, maximumCost)
    if (isAsyncIterable(result))
      return sendStream(exchange, result, incrementalRewrite(yogaRequest), patience)
    if (response.destroyed) return
    if (!result || Array.isArray(result)) throw new Error('an operation without a result')
    const visible = bounded(withoutSuggestions(result, caller))
    await sendWhole(exchange, visible, isById ? freshnessOf(result, freshSeconds) : {}, patience)
  }
}

/** For callers with limits. Nothing, if the operation was refused before it was estimated. */
function tellCost({ response, caller, record }: EnteredExchange, maximum: number): void {
  const { estimatedCost, actualCost } = record
  if (!caller.limits || estimatedCost === undefined || response.headersSent) return
  response.setHeader('x-cost-estimated', estimatedCost)
  response.setHeader('x-cost-max', maximum)
  if (actualCost !== undefined) response.setHeader('x-cost-actual', actualCost)
}

async function sendWhole(
  { record, request, response }: Exchange,
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
  if (cacheHeaders.etag && fresh(request.headers, { etag: cacheHeaders.etag })) {
    // The response that it stands for may be compressed.
    response.appendHeader('vary', 'accept-encoding')
    return void response.writeHead(304, { ...headers, ...cacheHeaders }).end()
  }
  const value = bodyOf(result, record.id)
  const allHeaders = {
    'content-type': `${type}; charset=utf-8`,
    'server-timing': timingOf(record),
    ...headers,
    ...cacheHeaders,
  }
  const options = { request, response, status, headers: allHeaders, patience }
  return isLongJson(value) ? sendLongJson(value, options) : sendText(JSON.stringify(value), options)
}

/** The time until the response began, and of it the time that vendors took. */
function timingOf({ startedAt, waiting }: RequestRecord): string {
  const total = `total;dur=${(performance.now() - startedAt).toFixed(1)}`
  return waiting.milliseconds === 0 ? total : `${total}, upstream;dur=${waiting.milliseconds.toFixed(1)}`
}

/** Sends the results of a subscription, or the increments of one response. */
async function sendStream(
  { request, response, caller }: EnteredExchange,
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
  await sendResults(response, mapped(iterator, caller, rewrite), type, { parameter, patience })
}

async function* only(result: Result): AsyncGenerator<Result, undefined> {
  yield result
}

function mapped(
  iterator: AsyncIterator<Result>,
  caller: Caller,
  rewrite = (result: Result): Result => result,
): AsyncIterator<Result> {
  return {
    async next() {
      const next = await iterator.next()
      return next.done
        ? next
        : { done: false, value: bounded(withoutSuggestions(rewrite(next.value), caller)) }
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
