import type { GraphQLSchema } from 'graphql'
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import { argumentCheck } from '../../../schema/argument-checks.ts'
import { type Context, createContext } from '../../context.ts'
import type { DocumentMode } from '../../documents/trusted-documents.ts'
import type { Log } from '../../upstream/log.ts'
import { asksForDryRun } from '../http/explain.ts'
import { originOf } from '../http/request-origin.ts'
import { responseSignal } from '../http/response-signal.ts'
import type { CallerLimits } from '../limits/caller-limits.ts'
import type { CostMode } from '../limits/cost-mode.ts'
import type { OperationLimits } from '../limits/operation-limits.ts'
import { documentCache } from './document-cache.ts'
import { documentIdName } from './operation-params.ts'
import { useBadInput } from './plugins/bad-input.ts'
import { useCallerCost } from './plugins/caller-cost.ts'
import { useDocumentIds } from './plugins/document-ids.ts'
import { useDocumentMode } from './plugins/document-mode.ts'
import { useIncrementalDelivery } from './plugins/incremental-delivery.ts'
import { useIncrementalRules } from './plugins/incremental-rules.ts'
import { useIntrospectionScope } from './plugins/introspection-scope.ts'
import { useLeaving } from './plugins/leaving.ts'
import type { MaskedErrors } from './plugins/masked-errors.ts'
import { useOperationCost } from './plugins/operation-cost.ts'
import { useOperationRecord } from './plugins/operation-record.ts'
import { useOperationShape } from './plugins/operation-shape.ts'
import { usePacedErrors } from './plugins/paced-errors.ts'
import { useSandboxNotice } from './plugins/sandbox-notice.ts'
import { useUpstreamNotice } from './plugins/upstream-notice.ts'
import type { ServerContext } from './server-context.ts'

export interface YogaOptions {
  /** The address where the server listens. Links use it if a request names no host. */
  readonly listening: string
  readonly deadlineMilliseconds: number
  readonly operationLimits: OperationLimits
  readonly callerLimits: CallerLimits
  readonly costMode: CostMode
  readonly mode: DocumentMode
  readonly maskedErrors: MaskedErrors
  readonly log: Log
}

/** Makes the context of one operation. */
export function operationContext({
  listening,
  deadlineMilliseconds,
  callerLimits,
  maskedErrors,
}: Pick<YogaOptions, 'listening' | 'deadlineMilliseconds' | 'callerLimits' | 'maskedErrors'>) {
  return ({ res, record, caller, account }: ServerContext): Context => {
    const context = createContext(account, responseSignal(res, deadlineMilliseconds), {
      isDryRun: asksForDryRun(res.req),
      origin: () => originOf(res.req, listening),
      gone: () => responseSignal(res),
      incoming: record,
      caller,
      logFailure: error => maskedErrors.logError(error, 'a sum of traffic', record.id),
      chargeOf: provider => callerLimits.chargeOf(caller, provider),
    })
    record.used = context.costs
    record.shareableUntil = context.shareableUntil
    record.privateCacheUntil = context.privateCacheUntil
    return context
  }
}

type ExecuteHook = NonNullable<Plugin<Context & ServerContext>['onExecute']>

/** A plugin of Yoga, as far as it is called by others than Yoga. */
export interface OperationPlugin {
  readonly onExecute?: ExecuteHook
}

/** The plugins around every operation, in this order. `plugin` decides how fields are executed. */
export function operationPlugins(plugin: Plugin, options: YogaOptions): readonly OperationPlugin[] {
  const { operationLimits, callerLimits, costMode, mode, maskedErrors, log } = options
  return [
    useDocumentIds(),
    useOperationRecord(),
    useOperationShape(operationLimits),
    useDocumentMode(mode, log),
    useIncrementalRules(),
    useIncrementalDelivery(maskedErrors),
    useBadInput({ checkName: argumentCheck }),
    useIntrospectionScope(),
    useOperationCost(operationLimits),
    plugin,
    useCallerCost(callerLimits, costMode),
    usePacedErrors(maskedErrors),
    useLeaving(),
    useSandboxNotice(),
    useUpstreamNotice(),
  ]
}

/**
 * Yoga only runs operations, with our plugins. No request passes its hooks `onRequest`, `onRequestParse`,
 * `onResultProcess` and `onResponse`, so no plugin may have one: checks of requests belong in the front door.
 */
export function openYoga(
  schema: GraphQLSchema,
  plugins: readonly OperationPlugin[],
  options: YogaOptions,
): YogaServerInstance<ServerContext, object> {
  return createYoga<ServerContext>({
    schema,
    context: operationContext(options),
    maskedErrors: options.maskedErrors,
    maxRequestBodySize: false,
    graphiql: false,
    extraParamNames: [documentIdName],
    landingPage: false,
    multipart: false,
    cors: false,
    logging: false,
    parserAndValidationCache: {
      documentCache: documentCache(),
      errorCache: documentCache(),
      validationCache: false,
    },
    plugins: [...plugins],
  })
}
