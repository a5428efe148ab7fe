import type { ExecutionResult } from 'graphql'
import type { Plugin, YogaMaskedErrorOpts } from 'graphql-yoga'
import type { Context } from '../../../context.ts'
import type { Pauses } from '../../../upstream/source/pauses.ts'

/** Masking fewer errors takes less time than checking the clock. */
const manyErrors = 200

/**
 * Masks errors in slices that let other requests run, before Yoga masks them in one turn: one error takes as long as
 * a dozen rows, and an outage produces tens of thousands.
 */
export function usePacedErrors({ maskError, errorMessage }: YogaMaskedErrorOpts): Plugin<Context> {
  const maskAll = async (result: ExecutionResult, pauses: Pauses) => {
    for (const error of result.errors ?? []) {
      if (pauses.isDue) await pauses.pause(undefined)
      maskError(error, errorMessage)
    }
    return result
  }
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { pauses } = args.contextValue
      setExecuteFn(async args => {
        const result: ExecutionResult = await executeFn(args)
        return (result.errors?.length ?? 0) > manyErrors ? maskAll(result, pauses) : result
      })
    },
  }
}
