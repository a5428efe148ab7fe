import { useDeferStream } from '@graphql-yoga/plugin-defer-stream'
import { type DocumentNode, OverlappingFieldsCanBeMergedRule } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Adds the validation rules of `@defer` and `@stream`, except the library's copy of OverlappingFieldsCanBeMergedRule:
 * it lacks the work limit of the original. Validates each cached document once.
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
