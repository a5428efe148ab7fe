import type { TypedDocumentString } from './generated/graphql.ts'

export interface GraphQLFailure {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Readonly<Record<string, unknown>>
}

export interface Answer<Data> {
  readonly status: number
  readonly data: Data
  readonly errors: readonly GraphQLFailure[]
  readonly extensions: Readonly<Record<string, unknown>>
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

/** The same for a query written by hand. */
export async function askText<Data>(
  origin: string,
  query: string,
  variables: unknown = {},
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Answer<Data>> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
    signal: signal ?? null,
  })
  const text = await response.text()
  const { data, errors = [], extensions = {} } = JSON.parse(text)
  return { status: response.status, data, errors, extensions, text }
}
