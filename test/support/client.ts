import type { TypedDocumentString } from '../generated/graphql.ts'
import { sentId, withoutId } from './request-ids.ts'

export interface GraphQLFailure {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Readonly<Record<string, unknown>>
}

interface Cost {
  readonly planned: number
  readonly made: number
  readonly shared: number
  readonly cached: number
  readonly repeated: number
  readonly tokens: number
  readonly bytes: number
  readonly quotaLeft: number | null
}

export interface Answer<Data> {
  readonly status: number
  readonly data: Data
  /** Without the id of the request, which each of them had. */
  readonly errors: readonly GraphQLFailure[]
  /** But for what the answer cost. */
  readonly extensions: Readonly<Record<string, unknown>>
  /** What it cost, by provider. */
  readonly upstream: Readonly<Record<string, Cost>>
  readonly freshness: Readonly<Record<string, { readonly ageSeconds: number; readonly stale: boolean }>>
  /** The whole body as it came. */
  readonly text: string
}

/** Asks a running Isotherm as a typed front-end would: over HTTP, by a generated document. */
export async function ask<Data, Variables>(
  origin: string,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Answer<Data>> {
  return askText<Data>(origin, document.toString(), variables, options)
}

interface AskOptions {
  readonly signal?: AbortSignal
  readonly headers?: Record<string, string>
  /** Whether another server asks Isotherm, which sends it no id and tells its own errors without one. */
  readonly isGateway?: boolean
}

/** The same for a query written by hand. Wherever a field fails, it is null itself: none takes its parent with it. */
export async function askText<Data>(
  origin: string,
  query: string,
  variables: unknown = {},
  { signal, headers, isGateway = false }: AskOptions = {},
): Promise<Answer<Data>> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      'x-request-id': sentId,
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: signal ?? null,
  })
  const text = await response.text()
  const { data, errors: failures = [], extensions: told = {} } = JSON.parse(text)
  const id = response.headers.get('x-request-id')
  const errors: GraphQLFailure[] = failures.map((failure: GraphQLFailure) =>
    withoutId(failure, isGateway ? failure.extensions?.requestId : id),
  )
  // A plan has no data.
  for (const { path } of told.plan ? [] : errors)
    if (path && !isNullItself(data, path)) throw new Error(`${path.join('.')} took its parent with it`)
  const { upstream = {}, freshness = {}, ...extensions } = told
  return { status: response.status, data, errors, extensions, upstream, freshness, text }
}

/**
 * Where every field that may fail may be null, no row of a list fails. The series of a zone are the exception: their refusal is that
 * of all zones.
 */
function isNullItself(data: unknown, path: readonly (string | number)[]): boolean {
  if (/\.pointsOfInterest\.\d+\.traffic$/.test(path.join('.'))) return true
  let value = data
  for (const key of path) {
    if (value === null || value === undefined) return false
    value = Object(value)[key]
  }
  return value === null
}
