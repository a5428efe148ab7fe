import { GraphQLError } from 'graphql'

/** The result of an operation, or an increment of one. */
export interface Result {
  readonly data?: unknown
  readonly errors?: readonly unknown[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
  /** Deferred or streamed data since the last increment. */
  readonly incremental?: readonly Result[]
  /** Increments that are complete. */
  readonly completed?: readonly Result[]
}

/** Status and headers from the extension `http` of the result and its errors. */
export interface HttpOfResult {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The highest status that the errors ask for. For `application/json`, what GraphQL itself refuses is 200, as GraphQL
 * over HTTP requires for old clients.
 */
export function httpOf(result: Result, isOldJson: boolean): HttpOfResult {
  const { errors = [], extensions } = result
  const headers = {}
  let highest: number | undefined
  const read = (http: unknown) => {
    const { status, isSpec, headers: given } = readHttp(http)
    Object.assign(headers, given)
    if (status !== undefined && !(isOldJson && isSpec)) highest = Math.max(highest ?? status, status)
  }
  read(extensions?.http)
  // There may be tens of thousands of errors.
  for (const error of errors) {
    const http = error instanceof GraphQLError ? error.extensions.http : undefined
    if (http) read(http)
  }
  const isUnexpected =
    !('data' in result) &&
    errors.some(error => !(error instanceof GraphQLError) || error.extensions.unexpected === true)
  return { status: highest ?? (isUnexpected ? 500 : 200), headers }
}

/** The value sent as JSON: each error with the id of the request, without extensions that are only for HTTP. */
export function bodyOf(result: Result, requestId: string | undefined): Result {
  const { errors, extensions, incremental, completed } = result
  if (!errors?.length && !extensions?.http && !incremental && !completed) return result
  return {
    ...result,
    ...(errors && { errors: errors.map(error => errorBody(error, requestId)) }),
    ...(extensions && { extensions: withoutInternals(extensions) }),
    ...(incremental && { incremental: incremental.map(part => bodyOf(part, requestId)) }),
    ...(completed && { completed: completed.map(part => bodyOf(part, requestId)) }),
  }
}

function errorBody(error: unknown, requestId: string | undefined): unknown {
  const { extensions, ...rest }: ErrorJson = error instanceof GraphQLError ? error.toJSON() : Object(error)
  const visible = extensions && withoutInternals(extensions)
  if (!visible && requestId === undefined) return rest
  return { ...rest, extensions: { ...visible, ...(requestId !== undefined && { requestId }) } }
}

interface ErrorJson {
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** Undefined if no extension is left. */
function withoutInternals(extensions: Readonly<Record<string, unknown>>) {
  const { http, unexpected, ...rest } = extensions
  return Object.keys(rest).length > 0 ? rest : undefined
}

function readHttp(http: unknown) {
  const { status, spec, headers }: { status?: unknown; spec?: unknown; headers?: unknown } =
    typeof http === 'object' && http !== null ? http : {}
  return {
    status: typeof status === 'number' ? status : undefined,
    isSpec: spec === true,
    headers: typeof headers === 'object' && headers !== null ? headers : {},
  }
}
