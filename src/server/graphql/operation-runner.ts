import type { YogaServerInstance } from 'graphql-yoga'
import type { EnteredExchange } from '../front-door.ts'
import type { DirectQueries } from './direct-queries.ts'
import { fetchRequestOf } from './fetch-request.ts'
import type { OperationParams } from './operation-params.ts'
import type { MaskedErrors } from './plugins/masked-errors.ts'
import type { ServerContext } from './server-context.ts'

export interface OperationRunnerOptions {
  readonly maskedErrors: Pick<MaskedErrors, 'maskError' | 'errorMessage'>
  /** Runs the queries that need not pass Yoga again. */
  readonly direct?: Pick<DirectQueries, 'run'>
}

export type RunOperation = ReturnType<typeof operationRunner>

/** Runs operations for their callers, with all plugins. Errors are masked; it never rejects. */
export function operationRunner(
  { getResultForParams, fetchAPI }: YogaServerInstance<ServerContext, object>,
  { maskedErrors, direct }: OperationRunnerOptions,
) {
  const runByYoga = (params: OperationParams, exchange: EnteredExchange) => {
    const { response: res, record, caller, account } = exchange
    const request = fetchRequestOf(exchange.request, fetchAPI.Request)
    return getResultForParams({ params, request }, { res, record, caller, account })
  }
  return async (params: OperationParams, exchange: EnteredExchange) => {
    try {
      return await (direct?.run(params, exchange) ?? runByYoga(params, exchange))
    } catch (error) {
      return { errors: [maskedErrors.maskError(error, maskedErrors.errorMessage)] }
    }
  }
}
