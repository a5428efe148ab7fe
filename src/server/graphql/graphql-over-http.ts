import { isAsyncIterable } from 'graphql-yoga'
import { anyone, type Caller } from '../../access/caller.ts'
import type { EnteredExchange } from '../front-door.ts'
import { checkExplain } from '../http/explain.ts'
import { isLongJson } from '../http/json-pieces.ts'
import { sendJson } from '../http/json-response.ts'
import { Refusal } from '../http/refusal.ts'
import type { RequestRecord } from '../http/request-record.ts'
import { sendLongJson, sendText, TextBody } from '../http/response-body.ts'
import { bounded } from './bounded-errors.ts'
import { freshnessOf, unkept, varyingHeaders } from './document-freshness.ts'
import { documentIdOf, readOperation } from './operation-params.ts'
import type { RunOperation } from './operation-runner.ts'
import { incrementalRewrite } from './plugins/incremental-delivery.ts'
import { incrementalFormat, isJson, takesEvents, typeOfWhole } from './response-format.ts'
import { bodyOf, httpOf, type Result } from './result-body.ts'
import { endSource, sendResults } from './result-stream.ts'
import type { SharedResponses } from './shared-responses.ts'
import { withoutSuggestions } from './suggestions.ts'

export interface GraphqlOverHttpOptions {
  /** The largest request body. */
  readonly bytes: number
  /** Seconds that a caller's own cache may keep the response to a GET by id. */
  readonly freshSeconds: number
  /** Milliseconds that a reader may take nothing of a response. */
  readonly patience: number
  /** The limits of an operation's estimated cost, as shown in responses. */
  readonly maximumCost: number
  readonly sharing?: Sharing | undefined
}

/** Gives equal requests the same response for a moment. */
export interface Sharing {
  readonly responses: SharedResponses
  /**
   * Counts an operation's estimated cost against its caller's limit, so that running it does not count it again. Resolves with
   * whether the limit allowed it; if not, nothing is counted, and running it refuses it.
   */
  readonly charge: (exchange: EnteredExchange, cost: number | undefined) => Promise<boolean>
}

/**
 * Serves GraphQL over HTTP: reads an operation from a JSON body or the URL of a GET, and responds in the type that
 * the client prefers.
 */
export function graphqlOverHttp(
  run: RunOperation,
  { bytes, freshSeconds, patience, maximumCost, sharing }: GraphqlOverHttpOptions,
): (exchange: EnteredExchange) => Promise<void> {
  /** The response to an equal request, if this caller may have it and nothing has ended it meanwhile. */
  const findShared = async (exchange: EnteredExchange, name: string) => {
    const find = () => sharing?.responses.find(name, exchange.account)
    const found = find()
    if (!found || !exchange.caller.limits) return found
    const isPaid = await sharing?.charge(exchange, found.record.estimatedCost)
    return isPaid && find() === found ? found : undefined
  }
  return async exchange => {
    const { request, response, caller, account, record } = exchange
    if (request.method === 'GET') response.setHeader('vary', varyingHeaders)
    checkExplain(request, caller)
    const type = typeOfWhole(request.headers.accept)
    if (!type) throw notAcceptable()
    const sent = await readOperation(exchange, bytes)
    if (!sent) return
    // Nobody would ask for the response of a caller that does not come again.
    const mayFind = isJson(type) && !exchange.isCallerPassing
    const name = mayFind ? sharing?.responses.nameOf(exchange, sent.text) : undefined
    const found = name === undefined ? undefined : await findShared(exchange, name)
    if (found) {
      Object.assign(record, found.record)
      setCostHeaders(exchange, maximumCost)
      if (response.destroyed) return
      return sendJson(exchange, found.head, patience, options => sendText(found.body, options))
    }
    const params = sent.params()
    const { count: stored } = account.stored
    const result = await run(params, exchange)
    setCostHeaders(exchange, maximumCost)
    if (isAsyncIterable(result)) return sendStream(exchange, result, incrementalRewrite(response), patience)
    if (response.destroyed) return
    if (!result || Array.isArray(result)) throw new Error('an operation without a result')
    const visible = bounded(withoutSuggestions(result, caller))
    const http = httpOf(visible, type !== 'application/graphql-response+json' && type !== 'multipart/mixed')
    if (!isJson(type)) return sendResults(response, only(visible), type, { ...http, patience })
    const isGet = request.method === 'GET'
    const isById = isGet && !params.query && documentIdOf(params) !== null
    // By default, caches may store the response to a GET, even for others who send the same address with its ticket.
    const kept = isGet ? unkept : {}
    const head = {
      ...http,
      type,
      cacheHeaders: isById ? freshnessOf(result, freshSeconds, record.privateCacheUntil?.()) : kept,
    }
    const value = bodyOf(visible, record.id)
    if (mayBeLong(visible, record) && isLongJson(value))
      return sendJson(exchange, head, patience, options => sendLongJson(value, options))
    const body = new TextBody(JSON.stringify(value))
    if (name !== undefined) sharing?.responses.add(name, exchange, result, stored, { head, body })
    return sendJson(exchange, head, patience, options => sendText(body, options))
  }
}

/** For callers that are known or have limits. Nothing if the operation was refused before it was estimated. */
export function setCostHeaders({ response, caller, record }: EnteredExchange, maximum: number): void {
  const { estimatedCost, actualCost } = record
  if (caller === anyone || estimatedCost === undefined || response.headersSent) return
  response.setHeader('x-cost-estimated', estimatedCost)
  response.setHeader('x-cost-max', maximum)
  if (actualCost !== undefined) response.setHeader('x-cost-actual', actualCost)
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
    endSource(iterator)
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

/** Whether a response may be long. To measure it takes as long as to print a short one. */
function mayBeLong({ errors, extensions }: Result, { estimatedBytes = surelyShort }: RequestRecord): boolean {
  return errors !== undefined || extensions?.plan !== undefined || estimatedBytes >= surelyShort
}

/** Estimated bytes below which a response has far fewer members than a long one. */
const surelyShort = 50_000
