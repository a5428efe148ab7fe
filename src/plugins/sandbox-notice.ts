import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga'
import type { Context } from '../context.ts'

/** Names in `extensions.sandbox` the providers whose made-up data an answer holds, so that it never passes for real. */
export function useSandboxNotice(): Plugin<Context> {
  return {
    onExecute({ args: { contextValue } }) {
      const { providers, used } = contextValue
      const emulated = providers.filter(({ status }) => status === 'SANDBOX').map(({ name }) => name)
      if (emulated.length === 0) return undefined
      return {
        onExecuteDone: payload =>
          handleStreamOrSingleExecutionResult(payload, ({ result, setResult }) => {
            const sandbox = emulated.filter(name => used.has(name))
            if (sandbox.length > 0) setResult({ ...result, extensions: { ...result.extensions, sandbox } })
          }),
      }
    },
  }
}
