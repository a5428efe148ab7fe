import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga'
import type { Context, Cost } from '../../context.ts'
import { providerNames } from '../../upstream/error.ts'
import { requestRefusal, visibleErrors } from './admission-errors.ts'

/**
 * Adds the cost at each provider as `extensions.upstream`, and the age of the oldest data as `extensions.freshness`.
 * A dry run gets its planned calls instead of data, with its other errors. A request that needs too many calls gets
 * one error, and no data if no call was made.
 */
export function useUpstreamNotice(): Plugin<Context> {
  return {
    onExecute({ args: { contextValue } }) {
      const { plan, costs } = contextValue
      return {
        onExecuteDone: payload =>
          handleStreamOrSingleExecutionResult(payload, ({ result, setResult }) => {
            const errors = visibleErrors(result.errors)
            const erroneous = errors && { errors }
            if (plan) {
              // In one order, whichever is planned first.
              const planned = providerNames.flatMap(name => (plan.has(name) ? [[name, plan.get(name)]] : []))
              const extensions = { plan: Object.fromEntries(planned) }
              return setResult({ data: null, ...erroneous, extensions })
            }
            const costsSoFar = costs()
            if (costsSoFar.length === 0) return
            const now = Date.now()
            const upstream = Object.fromEntries(costsSoFar.map(cost => [cost.provider, costOf(cost)]))
            const freshness = Object.fromEntries(costsSoFar.flatMap(cost => ageOf(cost, now)))
            const extensions = { ...result.extensions, upstream, freshness }
            const isUntouched = costsSoFar.every(
              ({ usage: { made, oldest } }) => made === 0 && oldest === undefined,
            )
            const refusal = isUntouched && !('hasNext' in result) ? requestRefusal(errors) : undefined
            if (refusal) setResult({ errors: [refusal], extensions })
            else setResult({ ...result, ...erroneous, extensions })
          }),
      }
    },
  }
}

function costOf({ usage: { planned, made, shared, cached, repeated, tokens, bytes }, quotaLeft }: Cost) {
  return { planned, made, shared, cached, repeated, tokens, bytes, quotaLeft }
}

function ageOf({ provider, usage: { oldest, isStale } }: Cost, now: number) {
  if (oldest === undefined) return []
  return [[provider, { ageSeconds: Math.max(0, Math.floor((now - oldest) / 1000)), stale: isStale }]]
}
