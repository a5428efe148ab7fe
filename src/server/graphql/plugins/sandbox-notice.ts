import type { ExecutionResult } from 'graphql'
import { handleStreamOrSingleExecutionResult, type Plugin } from 'graphql-yoga'
import type { Context } from '../../../context.ts'

/**
 * Names the sandbox providers of a response in `extensions.sandbox`, so that made-up data never passes for real. If the catalog
 * is made up and no provider was asked, it names all of them.
 */
export function useSandboxNotice(): Plugin<Context> {
  return {
    onExecute({ args: { contextValue } }) {
      const name = noticeOf(contextValue)
      return name && { onExecuteDone: payload => handleStreamOrSingleExecutionResult(payload, name) }
    },
    onSubscribe({ args: { contextValue } }) {
      const name = noticeOf(contextValue)
      return name && { onSubscribeResult: () => ({ onNext: name }) }
    },
  }
}

interface ResultEvent {
  readonly result: ExecutionResult
  readonly setResult: (result: ExecutionResult) => void
}

/** Adds the names to a result; undefined where no provider is emulated. */
function noticeOf({ providers, used, isCatalogMadeUp }: Context) {
  const emulated = providers.filter(({ status }) => status === 'SANDBOX').map(({ name }) => name)
  if (emulated.length === 0) return undefined
  return ({ result, setResult }: ResultEvent) => {
    const asked = emulated.filter(name => used.has(name))
    const sandbox = asked.length === 0 && isCatalogMadeUp ? emulated : asked
    if ((result.data || 'hasNext' in result) && sandbox.length > 0)
      setResult({ ...result, extensions: { ...result.extensions, sandbox } })
  }
}
