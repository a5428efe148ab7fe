import type { ExecutionResult } from 'graphql'
import type { Plugin, YogaMaskedErrorOpts } from 'graphql-yoga'
import type { Context } from '../../context.ts'
import type { Pauses } from '../../upstream/source/pauses.ts'

/** Fewer are masked by the time that a look at the clock would pay. */
const manyErrors = 200

/**
 * Masks the errors of an operation's fields in pieces, between which others are served, before Yoga masks them all in one turn:
 * each takes as long as a dozen rows, and an outage leaves tens of thousands.
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
