import { useDeferStream } from '@graphql-yoga/plugin-defer-stream'
import { type DocumentNode, OverlappingFieldsCanBeMergedRule } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Where `@defer` and `@stream` may stand. The library's copy of the rule for overlapping fields is left out: it lacks the
 * bound on its work that the original has. A document that is asked again is not validated again.
 */
export function useIncrementalRules(): Plugin {
  const { onValidate } = useDeferStream()
  const found = new WeakMap<DocumentNode, readonly Error[]>()
  return {
    onValidate(payload) {
      const { documentAST } = payload.params
      const errors = found.get(documentAST)
      if (errors) return payload.setResult(errors)
      onValidate?.({
        ...payload,
        addValidationRule(rule) {
          if (rule.name !== OverlappingFieldsCanBeMergedRule.name) payload.addValidationRule(rule)
        },
      })
      return ({ result }) => void found.set(documentAST, result)
    },
  }
}
