import { z } from 'zod'
import type { GraphResult } from './ask-graph.ts'
import type { Failure } from './table.ts'

const GraphError = z.object({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  extensions: z
    .object({
      code: z.string().default('INTERNAL_SERVER_ERROR'),
      provider: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      http: z.object({ headers: z.record(z.string(), z.string()).optional() }).optional(),
    })
    .prefault({}),
})

export type GraphError = z.infer<typeof GraphError>

/** The errors of a result. */
export function errorsOf({ errors = [] }: GraphResult): readonly GraphError[] {
  return errors.map(error => GraphError.parse(error))
}

/** The first error of a result that holds nothing else: the whole operation was refused. */
export function refusalOf(result: GraphResult): GraphError | undefined {
  return result.data == null ? errorsOf(result)[0] : undefined
}

/** The errors below a list, by the index of the row: those of `nodes` by default. */
export function errorsByRow(result: GraphResult, depth = 1): ReadonlyMap<number, readonly GraphError[]> {
  return Map.groupBy(errorsOf(result), ({ path }) => {
    const index = path?.[depth]
    return typeof index === 'number' ? index : -1
  })
}

/** Whether and when a retry may help, in seconds. */
export function waitOf({ extensions: { http, retryAfterSeconds } }: GraphError): number | undefined {
  const header = http?.headers?.['retry-after']
  return header === undefined ? retryAfterSeconds : Number(header)
}

export function failureOf(error: GraphError, of: Failure['of']): Failure {
  const { code, provider, retryAfterSeconds } = error.extensions
  return { of, message: error.message, code, provider, retryAfterSeconds }
}
