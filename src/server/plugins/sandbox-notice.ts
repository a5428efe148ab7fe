import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga'
import type { Context } from '../../context.ts'

/**
 * Names in `extensions.sandbox` the providers whose made-up data an answer holds, so that it never passes for real: those that
 * were asked, or all of them where the names of the catalog are made up and nobody was asked.
 */
export function useSandboxNotice(): Plugin<Context> {
  return {
    onExecute({ args: { contextValue } }) {
      const { providers, used, isCatalogMadeUp } = contextValue
      const emulated = providers.filter(({ status }) => status === 'SANDBOX').map(({ name }) => name)
      if (emulated.length === 0) return undefined
      return {
        onExecuteDone: payload =>
          handleStreamOrSingleExecutionResult(payload, ({ result, setResult }) => {
            const asked = emulated.filter(name => used.has(name))
            const sandbox = asked.length === 0 && isCatalogMadeUp ? emulated : asked
            if ((result.data || 'hasNext' in result) && sandbox.length > 0)
              setResult({ ...result, extensions: { ...result.extensions, sandbox } })
          }),
      }
    },
  }
}
