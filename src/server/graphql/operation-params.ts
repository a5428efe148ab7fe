import type { GraphQLParams } from 'graphql-yoga'
import { z } from 'zod'
import { readExactJson } from '../../upstream/exact-json.ts'
import type { Exchange } from '../front-door.ts'
import { readJson, readJsonText } from '../http/json-body.ts'
import { Refusal } from '../http/refusal.ts'

/** The GraphQL-over-HTTP proposal's parameter for the id of a document. */
export const documentIdName = 'documentId'

/** The parameters as sent, with values of any type. */
export type OperationParams = GraphQLParams & { readonly [documentIdName]?: unknown }

const names = ['query', 'operationName', 'variables', 'extensions', documentIdName]

/** An operation as it was sent: the body of a POST, or the query of a GET. */
export interface SentOperation {
  readonly text: string
  /**
   * Its parameters, without unknown members, which GraphQL over HTTP ignores. Throws a Refusal if it is unreadable or has no
   * operation.
   */
  params(): OperationParams
}

/** Reads a body of at most that many bytes. Throws a Refusal, or resolves with undefined if the client leaves. */
export async function readOperation(
  { request, response, target }: Exchange,
  bytes: number,
): Promise<SentOperation | undefined> {
  if (request.method === 'GET') {
    const text = target.query
    return { text, params: () => checked(readQuery(text)) }
  }
  const text = await readJsonText(request, response, { what: 'An operation', bytes })
  return text === undefined ? undefined : { text, params: () => checked(readPost(text)) }
}

function checked({ text, members }: Params): OperationParams {
  if (mayHaveHalves(text) && hasHalf(members))
    throw new Refusal(
      400,
      'A text of the request holds half of a surrogate pair, which stands for no character.',
    )
  // Whatever Accept says: without an operation there is no result, so status 200 would be wrong.
  if ((members.query ?? documentIdOf(members)) === null)
    throw new Refusal(400, `A request holds a "query", or names a document by its "${documentIdName}".`)
  return members
}

/** The document id of a request, in either form that clients use; null without one. */
export function documentIdOf(params: OperationParams): string | null {
  const named = params[documentIdName]
  if (typeof named === 'string') return named
  const persisted: unknown = params.extensions?.persistedQuery
  return ApolloId.safeParse(persisted).data?.sha256Hash ?? null
}

const ApolloId = z.object({ version: z.literal(1), sha256Hash: z.string() })

interface Params {
  /** Only a JSON escape in it can be half of a surrogate pair. */
  readonly text: string
  readonly members: OperationParams
}

function readPost(text: string): Params {
  const value = readJson(text, 'The request body', readExactJson)
  if (Array.isArray(value))
    throw new Refusal(400, 'Batching is not supported: a request body is one operation.')
  if (typeof value !== 'object' || value === null)
    throw new Refusal(400, 'The request body must be a JSON object.')
  return { text, members: Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name))) }
}

/** The first of repeated parameters counts. */
function readQuery(query: string): Params {
  const given = new Map<string, string>()
  for (const pair of query.split('&')) {
    const [name = '', ...value] = pair.split('=').map(part => part.replaceAll('+', ' '))
    const [read, text] = [decodeParameter(name), decodeParameter(value.join('='))]
    if (!given.has(read)) given.set(read, text)
  }
  const members = names.flatMap(name => {
    const text = given.get(name)
    const isJson = name === 'variables' || name === 'extensions'
    return text ? [[name, isJson ? readJson(text, `"${name}"`, readExactJson) : text]] : []
  })
  return { text: [...given.values()].join(), members: Object.fromEntries(members) }
}

function decodeParameter(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal(400, 'A parameter of the URL is not percent-encoded UTF-8.')
  }
}

function mayHaveHalves(text: string): boolean {
  return /\\u[dD][89a-fA-F]/.test(text)
}

/**
 * Skips variables, which are checked where they are used. Does not recurse, as a body may be nested as deep as it is
 * long.
 */
function hasHalf({ variables: _, ...params }: OperationParams): boolean {
  const values: unknown[] = [params]
  while (values.length > 0) {
    const value = values.pop()
    if (typeof value === 'string' && !value.isWellFormed()) return true
    if (typeof value !== 'object' || value === null) continue
    for (const [key, inner] of Object.entries(value)) values.push(key, inner)
  }
  return false
}
