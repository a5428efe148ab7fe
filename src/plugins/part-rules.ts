import { useDeferStream } from '@graphql-yoga/plugin-defer-stream'
import { OverlappingFieldsCanBeMergedRule } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Where `@defer` and `@stream` may stand. The library's copy of the rule for overlapping fields is left out: it lacks the
 * bound on its work that the original has.
 */
export function usePartRules(): Plugin {
  const { onValidate } = useDeferStream()
  return {
    onValidate: payload =>
      onValidate?.({
        ...payload,
        addValidationRule(rule) {
          if (rule.name !== OverlappingFieldsCanBeMergedRule.name) payload.addValidationRule(rule)
        },
      }),
  }
}
