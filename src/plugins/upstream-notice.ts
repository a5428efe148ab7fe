import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga'
import type { Context, Cost } from '../context.ts'

/**
 * Tells in `extensions.upstream` what an answer cost at each provider, and in `extensions.freshness` how old its oldest part
 * is. A request that asks for its plan alone gets that in place of data.
 */
export function useUpstreamNotice(): Plugin<Context> {
  return {
    onExecute({ args: { contextValue } }) {
      const { plan, costs } = contextValue
      return {
        onExecuteDone: payload =>
          handleStreamOrSingleExecutionResult(payload, ({ result, setResult }) => {
            if (plan) return setResult({ data: null, extensions: { plan: Object.fromEntries(plan) } })
            const told = costs()
            if (told.length === 0) return
            const now = Date.now()
            const upstream = Object.fromEntries(told.map(cost => [cost.provider, costOf(cost)]))
            const freshness = Object.fromEntries(told.flatMap(cost => ageOf(cost, now)))
            setResult({ ...result, extensions: { ...result.extensions, upstream, freshness } })
          }),
      }
    },
  }
}

function costOf({ usage: { planned, made, shared, cached, bytes }, quotaLeft }: Cost) {
  return { planned, made, shared, cached, bytes, quotaLeft }
}

function ageOf({ provider, usage: { oldest, isStale } }: Cost, now: number) {
  if (oldest === undefined) return []
  return [[provider, { ageSeconds: Math.max(0, Math.floor((now - oldest) / 1000)), stale: isStale }]]
}
