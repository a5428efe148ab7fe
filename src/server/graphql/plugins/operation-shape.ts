import { type ExecutionArgs, type GraphQLError, parse } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { ShapeLimits } from '../../limits/operation-limits.ts'
import { documentRefusal, textRefusal, variablesRefusal } from '../../limits/operation-shape.ts'

/**
 * Refuses texts, documents and variables that are too large to parse, validate or coerce in bounded time. Checks a
 * text when it is parsed, so cached documents have passed. Must come before all plugins that read documents.
 */
export function useOperationShape(limits: ShapeLimits): Plugin {
  const refusalOf = ({ variableValues }: ExecutionArgs) => variablesRefusal(variableValues, limits)
  return {
    onParse({ setParseFn }) {
      let refusal: GraphQLError | undefined
      const refuse = (found: GraphQLError | undefined) => {
        refusal = found
        if (found) throw found
      }
      setParseFn((source, options) => {
        refuse(textRefusal(source, limits))
        const document = parse(source, options)
        refuse(documentRefusal(document, limits))
        return document
      })
      // Throws here because Yoga caches parse errors and changes their status.
      return () => refuse(refusal)
    },
    onExecute({ args, setResultAndStopExecution }) {
      const refusal = refusalOf(args)
      if (refusal) setResultAndStopExecution({ errors: [refusal] })
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const refusal = refusalOf(args)
      if (refusal) setResultAndStopExecution({ errors: [refusal] })
    },
  }
}
