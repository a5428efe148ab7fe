import type { GraphQLSchema } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { compiledOperations } from '../../../execution/compiled-operations.ts'

/** Runs repeated queries as compiled code, and leaves others to the default executor. */
export function useCompiledOperations(schema: GraphQLSchema): Plugin {
  const find = compiledOperations(schema)
  return {
    onExecute({ args, setExecuteFn }) {
      const execute = find(args)
      if (execute) setExecuteFn(execute)
    },
  }
}
