import { type ExecutionResult, GraphQLError } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Context } from '../../../context.ts'
import { actualCost } from '../../limits/actual-cost.ts'
import { type CallerLimits, rateLimited, type TooDear } from '../../limits/caller-limits.ts'
import type { CostMode } from '../../limits/cost-mode.ts'
import type { ServerContext } from '../server-context.ts'

type Charged = Pick<ServerContext, 'caller' | 'record' | 'res'>

/** Counts an operation's estimated cost. Returns the result of an operation that has to wait, which counts nothing. */
export function callerCost(limits: CallerLimits, mode: CostMode) {
  return ({ caller, record, res }: Charged): Refused | Promise<Refused> => {
    const refusal = limits.spend(caller, record.estimatedCost ?? 0, res, mode)
    return refusal instanceof Promise ? refusal.then(refusedResult) : refusedResult(refusal)
  }
}

type Refused = ExecutionResult | undefined

function refusedResult(refusal: TooDear | undefined): Refused {
  if (!refusal) return undefined
  const { message, headers } = refusal
  const extensions = { code: rateLimited, http: { spec: false, status: 429, headers } }
  return { errors: [new GraphQLError(message, { extensions })] }
}

/** Counts what operations are estimated to cost against their callers' limits, and what whole responses did cost. Must come after the plugin that estimates it. */
export function useCallerCost(limits: CallerLimits, mode: CostMode): Plugin<Context & Charged> {
  const charge = callerCost(limits, mode)
  const refusalOf = ({ contextValue }: { readonly contextValue: Context & Charged }) => {
    const { plan, record } = contextValue
    const { isCharged = false } = record
    // Another operation of the same request is counted separately.
    record.isCharged = false
    return plan || isCharged ? undefined : charge(contextValue)
  }
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { caller, record, plan } = args.contextValue
      if (!caller.limits || plan) return
      setExecuteFn(async given => {
        const refusing = refusalOf(args)
        const refusal = refusing instanceof Promise ? await refusing : refusing
        if (refusal) return refusal
        const result = await executeFn(given)
        if (!isAsyncIterable(result) && result.data) record.actualCost = actualCost(args, result.data)
        return result
      })
    },
    onSubscribe({ args, subscribeFn, setSubscribeFn }) {
      if (args.contextValue.caller.limits?.costPerMinute === undefined) return
      setSubscribeFn(async given => (await refusalOf(args)) ?? subscribeFn(given))
    },
  }
}
