import type { ExecutionArgs, ExecutionResult } from 'graphql'
import { handleStreamOrSingleExecutionResult, isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Context, Cost } from '../../../context.ts'
import { providerNames } from '../../../upstream/error.ts'
import { NotMade } from '../../../upstream/source/admission.ts'
import { requestRefusal, visibleErrors } from './admission-errors.ts'
import { rootOf } from './root-error.ts'

/**
 * Adds the costs so far at each provider as `extensions.upstream`, and the age of the oldest data as `extensions.freshness`. A
 * dry run gets its planned calls instead of data, with its other errors. Both also hold for subscriptions. A request that needs
 * too many calls gets one error, and no data if no call was made.
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
            const extensions = { ...result.extensions, ...printedCosts(costsSoFar) }
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
      const { plan, costs } = contextValue
      if (!plan)
        return {
          onSubscribeResult: () => ({
            onNext({ result, setResult }) {
              setResult({ ...result, extensions: { ...result.extensions, ...printedCosts(costs()) } })
            },
          }),
        }
      setSubscribeFn(async (args: ExecutionArgs) => {
        const results = await subscribeFn(args)
        if (!isAsyncIterable<ExecutionResult>(results)) return results
        const errors = visibleErrors(await firstErrors(results))
        return { data: null, ...(errors && { errors }), extensions: { plan: printed(plan) } }
      })
      return undefined
    },
  }
}

/** The errors of the first event, if it comes before the first call, which a dry run never makes. */
async function firstErrors(results: AsyncIterable<ExecutionResult>): Promise<ExecutionResult['errors']> {
  try {
    for await (const { errors } of results) return errors
  } catch (error) {
    if (!(rootOf(error) instanceof NotMade)) throw error
  }
  return undefined
}

/** In a fixed order, whichever is planned first. */
function printed(plan: NonNullable<Context['plan']>) {
  return Object.fromEntries(providerNames.flatMap(name => (plan.has(name) ? [[name, plan.get(name)]] : [])))
}

/** For the request so far. */
function printedCosts(costs: readonly Cost[]) {
  const now = Date.now()
  return {
    upstream: Object.fromEntries(costs.map(cost => [cost.provider, costOf(cost)])),
    freshness: Object.fromEntries(costs.flatMap(cost => ageOf(cost, now))),
  }
}

function costOf({ usage: { planned, made, shared, cached, repeated, tokens, bytes }, quotaLeft }: Cost) {
  return { planned, made, shared, cached, repeated, tokens, bytes, quotaLeft }
}

function ageOf({ provider, usage: { oldest, isStale } }: Cost, now: number) {
  if (oldest === undefined) return []
  return [[provider, { ageSeconds: Math.max(0, Math.floor((now - oldest) / 1000)), stale: isStale }]]
}
