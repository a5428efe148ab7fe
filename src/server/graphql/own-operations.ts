import { type DocumentNode, type GraphQLSchema, getOperationAST, validate } from 'graphql'
import type { YogaInitialContext } from 'graphql-yoga'
import { type Context, createContext, type Request } from '../../context.ts'
import type { AskGraph } from '../../export/ask-graph.ts'
import { openDeadline } from '../../upstream/deadline.ts'
import { Usage } from '../../upstream/source/usage.ts'
import type { RequestRecord, UpstreamUse } from '../http/request-record.ts'
import { addRequest } from './fetch-request.ts'
import { nothingLeft, runHooked } from './hooked-execution.ts'
import type { MaskedErrors } from './plugins/masked-errors.ts'
import { operationRecordOf } from './plugins/operation-record.ts'
import type { ServerContext } from './server-context.ts'
import type { OperationPlugin } from './yoga.ts'

export interface OwnOperationsOptions {
  readonly schema: GraphQLSchema
  /** Yoga's plugins, in their order. */
  readonly plugins: readonly OperationPlugin[]
  readonly maskedErrors: Pick<MaskedErrors, 'maskError' | 'errorMessage' | 'logError'>
  /** For all upstream calls of one operation. */
  readonly deadlineMilliseconds: number
}

/** One request that asks for many operations, one after another. */
export interface OwnRequest extends Pick<ServerContext, 'res' | 'record' | 'caller' | 'account'> {
  /** Aborts when nobody waits for the results any more. */
  readonly gone: AbortSignal
  readonly origin: () => string
  readonly chargeOf?: NonNullable<Request['chargeOf']>
}

/**
 * Runs Isotherm's own operations for its callers, by the hooks of all plugins: with the same limits, costs and errors as the
 * callers' operations. Their documents need not be in a manifest. The costs of all of them belong to the request.
 */
export function ownOperations(options: OwnOperationsOptions) {
  const { schema, plugins, maskedErrors, deadlineMilliseconds } = options
  const { maskError, errorMessage, logError } = maskedErrors
  const hooks = plugins.flatMap(({ onExecute }) => onExecute ?? [])
  return (request: OwnRequest): ((isDryRun: boolean) => AskGraph) => {
    const uses = new Map<string, UpstreamUse>()
    const underWay = new Set<Pick<Context, 'costs'>>()
    const { record } = request
    record.used = () => sumOf([...uses.values(), ...Array.from(underWay, part => part.costs()).flat()])
    return isDryRun => async (document, variableValues, how) => {
      checkValid(schema, document)
      using deadline = openDeadline(deadlineMilliseconds, request.gone)
      const { actualCost: _, ...common } = record
      const part: RequestRecord = { ...common, estimatedCost: 0 }
      const logFailure = (error: Error) => logError(error, 'a sum of traffic', record.id)
      const contextValue = contextOf(request, part, deadline.signal, { ...how, isDryRun, logFailure })
      noteOperation(record, document, request.account)
      const args = { schema, document, contextValue, variableValues }
      underWay.add(contextValue)
      const result = await runHooked(hooks, args).finally(() => {
        underWay.delete(contextValue)
        for (const use of contextValue.costs()) addTo(uses, use)
      })
      record.estimatedCost = (record.estimatedCost ?? 0) + (part.estimatedCost ?? 0)
      // Nobody counts the cost of callers without limits.
      if (part.actualCost !== undefined) record.actualCost = (record.actualCost ?? 0) + part.actualCost
      return { ...result, errors: (result.errors ?? []).map(error => maskError(error, errorMessage)) }
    }
  }
}

function sumOf(parts: readonly UpstreamUse[]): readonly UpstreamUse[] {
  const sums = new Map<string, UpstreamUse>()
  for (const part of parts) addTo(sums, part)
  return [...sums.values()]
}

function addTo(sums: Map<string, UpstreamUse>, { provider, usage }: UpstreamUse): void {
  sums.getOrInsertComputed(provider, () => ({ provider, usage: new Usage() })).usage.absorb(usage)
}

function contextOf(
  { res, caller, account, gone, origin, chargeOf }: OwnRequest,
  record: RequestRecord,
  signal: AbortSignal,
  how: Pick<Request, 'isDryRun' | 'isBulk' | 'logFailure'>,
): ServerContext & Context & YogaInitialContext {
  const request = {
    ...how,
    origin,
    gone: () => gone,
    incoming: record,
    caller,
    ...(chargeOf && { chargeOf }),
  }
  const own = { res, record, account, params: {}, waitUntil: nothingLeft }
  const context = { ...own, ...createContext(account, signal, request) }
  addRequest(context)
  return context
}

function noteOperation(record: RequestRecord, document: DocumentNode, account: ServerContext['account']) {
  const operation = getOperationAST(document)
  if (operation) record.operation = operationRecordOf(document, operation, account)
}

const valid = new WeakSet<DocumentNode>()

/** Validates once: execution would leave out unknown fields without an error. */
function checkValid(schema: GraphQLSchema, document: DocumentNode): void {
  if (valid.has(document)) return
  const [error] = validate(schema, document)
  if (error) throw error
  valid.add(document)
}
