import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../../../context.ts'

/** Abandons an operation whose client leaves during a pause. */
export function useLeaving(): Plugin<Context> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { pauses } = args.contextValue
      setExecuteFn(args => {
        const result: unknown = executeFn(args)
        if (!(result instanceof Promise)) return result
        return Promise.race([result, pauses.left.then(hasLeft)])
      })
    },
  }
}

/** Nobody reads this result. */
function hasLeft() {
  return { errors: [new GraphQLError('The caller has left.')] }
}
