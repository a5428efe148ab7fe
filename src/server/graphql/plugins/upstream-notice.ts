import type { ExecutionArgs } from 'graphql'
import { handleStreamOrSingleExecutionResult, isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Context, Cost } from '../../../context.ts'
import { providerNames } from '../../../upstream/error.ts'
import { NotMade } from '../../../upstream/source/admission.ts'
import { requestRefusal, visibleErrors } from './admission-errors.ts'
import { rootOf } from './root-error.ts'

/**
 * Adds the cost at each provider as `extensions.upstream`, and the age of the oldest data as `extensions.freshness`.
 * A dry run, of a subscription too, gets its planned calls instead of data, with its other errors. A request that needs too
 * many calls gets one error, and no data if no call was made.
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
            if (plan) return setResult({ data: null, ...erroneous, extensions: { plan: printed(plan) } })
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
    onSubscribe({ args: { contextValue }, subscribeFn, setSubscribeFn }) {
      const { plan } = contextValue
      if (!plan) return
      setSubscribeFn(async (args: ExecutionArgs) => {
        const results = await subscribeFn(args)
        if (!isAsyncIterable(results)) return results
        await begin(results)
        return { data: null, extensions: { plan: printed(plan) } }
      })
    },
  }
}

/** As far as the first call, which a dry run does not make. */
async function begin(results: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const _result of results) break
  } catch (error) {
    if (!(rootOf(error) instanceof NotMade)) throw error
  }
}

/** In one order, whichever is planned first. */
function printed(plan: NonNullable<Context['plan']>) {
  return Object.fromEntries(providerNames.flatMap(name => (plan.has(name) ? [[name, plan.get(name)]] : [])))
}

function costOf({ usage: { planned, made, shared, cached, repeated, tokens, bytes }, quotaLeft }: Cost) {
  return { planned, made, shared, cached, repeated, tokens, bytes, quotaLeft }
}

function ageOf({ provider, usage: { oldest, isStale } }: Cost, now: number) {
  if (oldest === undefined) return []
  return [[provider, { ageSeconds: Math.max(0, Math.floor((now - oldest) / 1000)), stale: isStale }]]
}
