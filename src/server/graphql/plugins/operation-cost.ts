import {
  type ExecutionArgs,
  type GraphQLError,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql'
import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga'
import type { Context } from '../../../context.ts'
import { asksForCost } from '../../http/explain.ts'
import { type OperationCost, operationCost } from '../../limits/operation-cost.ts'
import type { OperationLimits } from '../../limits/operation-limits.ts'
import { operationRefusal } from '../../limits/operation-refusal.ts'
import type { ServerContext } from '../server-context.ts'

/**
 * Refuses an operation that costs too much or makes too many changes, before any call. Adds `extensions.cost` for
 * clients that ask for it. Must come after the plugin that refuses bad input.
 */
export function useOperationCost(
  limits: OperationLimits,
): Plugin<Context & Pick<ServerContext, 'record' | 'res'>> {
  const lasting = new WeakMap<OperationDefinitionNode, OperationCost>()
  const costOf = ({ schema, document, operationName, variableValues }: ExecutionArgs) => {
    const operation = getOperationAST(document, operationName)
    if (!operation) return undefined
    const known = lasting.get(operation)
    if (known) return known
    const definitions = operation.variableDefinitions ?? []
    const { coerced } = getVariableValues(schema, definitions, variableValues ?? {}, { maxErrors: 1 })
    if (!coerced) return undefined
    const cost = operationCost(schema, document, operation, coerced)
    if (cost.isLasting) lasting.set(operation, cost)
    return cost
  }
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const cost = costOf(args)
      if (!cost) return undefined
      args.contextValue.record.estimatedCost = cost.cost
      args.contextValue.record.estimatedBytes = cost.bytes
      const extensions = asksForCost(args.contextValue.res.req)
        ? { cost: costExtension(cost, limits) }
        : undefined
      const refusal = costRefusal(cost, limits)
      if (refusal) return setResultAndStopExecution({ errors: [refusal], ...(extensions && { extensions }) })
      if (!extensions) return undefined
      let isFirst = true
      return {
        onExecuteDone: payload =>
          handleStreamOrSingleExecutionResult(payload, ({ result, setResult }) => {
            if (isFirst) setResult({ ...result, extensions: { ...result.extensions, ...extensions } })
            isFirst = false
          }),
      }
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const cost = costOf(args)
      if (!cost) return undefined
      args.contextValue.record.estimatedCost = cost.cost
      const refusal = costRefusal(cost, limits)
      if (refusal) return setResultAndStopExecution({ errors: [refusal] })
      if (!asksForCost(args.contextValue.res.req)) return undefined
      let isFirst = true
      return {
        onSubscribeResult: () => ({
          onNext({ result, setResult }) {
            if (isFirst)
              setResult({
                ...result,
                extensions: { ...result.extensions, cost: costExtension(cost, limits) },
              })
            isFirst = false
          },
        }),
      }
    },
  }
}

/** Undefined if the cost is within the limits. */
function costRefusal(cost: OperationCost, limits: OperationLimits): GraphQLError | undefined {
  if (cost.changes > limits.changes) {
    const message = `A mutation may make ${limits.changes} changes at most, not ${cost.changes}. Nothing was changed.`
    return operationRefusal(message, 'BAD_USER_INPUT')
  }
  const { estimated, maximum } = costExtension(cost, limits)
  if (estimated > maximum) {
    const message = `The operation is estimated to cost ${estimated}, more than ${maximum}: ask for fewer rows, a shorter range, longer intervals, or columns in place of points.`
    return operationRefusal(message, tooExpensive, { estimated, maximum })
  }
  if (cost.increments > mostIncrements) {
    const extra = { estimatedParts: cost.increments, maximumParts: mostIncrements }
    const message = `The response is estimated to come in ${cost.increments} parts, more than ${mostIncrements}: defer or stream less.`
    return operationRefusal(message, tooExpensive, { estimated, maximum, ...extra })
  }
  if (cost.fallible > mostFallible) {
    const extra = { estimatedRows: cost.fallible, maximumRows: mostFallible }
    const message = `The operation looks up ${cost.fallible} things by what the client sent, more than ${mostFallible}: ask for fewer at once.`
    return operationRefusal(message, tooExpensive, { estimated, maximum, ...extra })
  }
  if (cost.bytes <= limits.responseBytes) return undefined
  const bytes = { estimatedBytes: cost.bytes, maximumBytes: limits.responseBytes }
  const message = `The response is estimated to take ${megabytes(cost.bytes)} MB, more than ${megabytes(limits.responseBytes)} MB: ask for fewer rows or values.`
  return operationRefusal(message, tooExpensive, { estimated, maximum, ...bytes })
}

/** For each increment, the executor scans all that are still to come. */
const mostIncrements = 2000

/** Each may be an error, which takes some kilobytes and ten times as long as a row. */
const mostFallible = 20_000

const tooExpensive = 'COST_ESTIMATED_TOO_EXPENSIVE'

function costExtension({ cost }: OperationCost, limits: OperationLimits) {
  return { estimated: cost, maximum: limits.cost }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000)
}
