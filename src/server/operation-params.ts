import type { GraphQLParams } from 'graphql-yoga'
import { z } from 'zod'
import type { Visit } from './front-door.ts'
import { isUtf8, readMediaType } from './media-ranges.ts'
import { Refusal } from './refusal.ts'
import { readBody } from './request-body.ts'

/** The parameter of the GraphQL-over-HTTP proposal that names a document of the manifest. */
export const documentIdName = 'documentId'

/** What a request asks, as it says it: values may be of any type. */
export type OperationParams = GraphQLParams & { readonly [documentIdName]?: unknown }

const names = ['query', 'operationName', 'variables', 'extensions', documentIdName]

/**
 * Reads what a GET holds in its URL or a POST in its body, of so many bytes at most, and leaves out members that are not known,
 * as GraphQL over HTTP says. Throws a Refusal at what cannot be read or asks nothing; answers with undefined when the caller
 * leaves meanwhile.
 */
export async function readParams(visit: Visit, bytes: number): Promise<OperationParams | undefined> {
  const { method } = visit.request
  const params = method === 'GET' ? readQuery(visit.target.query) : await readPost(visit, bytes)
  if (params && mayHaveHalves(params.text) && hasHalf(params.members))
    throw new Refusal(
      400,
      'A text of the request holds half of a surrogate pair, which stands for no character.',
    )
  // Whatever Accept says: there is no operation whose result the status 200 could be.
  if (params && (params.members.query ?? documentIdOf(params.members)) === null)
    throw new Refusal(400, `A request holds a "query", or names a document by its "${documentIdName}".`)
  return params?.members
}

/** The id that a request names in place of a text, in either of the ways that clients have; null without one. */
export function documentIdOf(params: OperationParams): string | null {
  const named = params[documentIdName]
  if (typeof named === 'string') return named
  const persisted: unknown = params.extensions?.persistedQuery
  return ApolloId.safeParse(persisted).data?.sha256Hash ?? null
}

const ApolloId = z.object({ version: z.literal(1), sha256Hash: z.string() })

interface Params {
  /** In which a half of a surrogate pair can stand as an escape of JSON alone. */
  readonly text: string
  readonly members: OperationParams
}

/** As a form on anybody's page could post the other kinds, only JSON is taken: for that a browser asks first. */
async function readPost({ request, response }: Visit, bytes: number): Promise<Params | undefined> {
  const { headers } = request
  const type = readMediaType(headers['content-type'] ?? '')
  if (type.name !== 'application/json')
    throw new Refusal(415, 'An operation is posted as JSON: send the header content-type: application/json.')
  if (!isUtf8(type)) throw new Refusal(415, 'An operation is posted as UTF-8.')
  const coding = headers['content-encoding']?.trim().toLowerCase() || 'identity'
  if (coding !== 'identity')
    throw new Refusal(415, 'An operation is posted as it is, without a content-encoding.', {
      'accept-encoding': 'identity',
    })
  const body = await readBody(request, response, bytes)
  if (!body) return undefined
  const text = decode(body)
  const value = readJson(text, 'The request body')
  if (Array.isArray(value))
    throw new Refusal(400, 'Batching is not supported: a request body is one operation.')
  if (typeof value !== 'object' || value === null)
    throw new Refusal(400, 'The request body must be a JSON object.')
  return { text, members: Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name))) }
}

/** Of a parameter that is there more than once the first counts. */
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
    return text ? [[name, isJson ? readJson(text, `"${name}"`) : text]] : []
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

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Refusal(400, 'The request body is not UTF-8.')
  }
}

function readJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, `${what} is not JSON.`)
  }
}

function mayHaveHalves(text: string): boolean {
  return /\\u[dD][89a-fA-F]/.test(text)
}

/** Variables are judged where they are used, with the place. Without recursion: a body may be nested as deep as it is long. */
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
