import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../../context.ts'

/** Ends an operation whose caller has left while it paused: what is still to be done of it is not. */
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

/** Nobody reads it. */
function hasLeft() {
  return { errors: [new GraphQLError('The caller has left.')] }
}
