import type { GraphQLSchema } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { compiledOperations } from '../../execution/compiled-operations.ts'

/** Runs what is asked over and over as code made for it; the rest is left to the default executor. */
export function useCompiledOperations(schema: GraphQLSchema): Plugin {
  const find = compiledOperations(schema)
  return {
    onExecute({ args, setExecuteFn }) {
      const execute = find(args)
      if (execute) setExecuteFn(execute)
    },
  }
}
