import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  ValuesOfCorrectTypeRule,
  validate,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../../../context.ts'
import { coerceVariables, mostErrors } from '../../../execution/coerced-variables.ts'
import { longestMessage } from '../../../upstream/bad-input.ts'
import { cutText } from '../../../upstream/cut-text.ts'
import { withoutSuggestion } from '../suggestions.ts'
import { wrongArguments } from './wrong-arguments.ts'

/**
 * Refuses an operation before execution if any value in it cannot be sent upstream. Lists all such values at once,
 * each as `BAD_USER_INPUT` with a sentence. `checkName` is the field extension that holds a check.
 */
export function useBadInput({ checkName }: { readonly checkName: string }): Plugin<Context> {
  const wrongOf = wrongArguments(checkName)
  const wrongIn = ({ schema, document, operationName, variableValues, contextValue }: ExecutionArgs) => {
    const operation = getOperationAST(document, operationName)
    if (!operation) return []
    const given: Readonly<Record<string, unknown>> = variableValues ?? {}
    const { coerced, errors } = coerceVariables(schema, operation, given)
    return errors ?? wrongOf(schema, document, operation, coerced, contextValue)
  }
  return {
    onValidate({ params: { schema, documentAST }, setValidationFn }) {
      setValidationFn((schema, document, rules) =>
        validate(schema, document, rules, boundedValidation).map(error =>
          error.message === endedValidation ? new GraphQLError(tooEntangled) : error,
        ),
      )
      return ({ valid, result }) => {
        if (!valid) markWrongValues(schema, documentAST, result)
      }
    },
    onExecute({ args, setResultAndStopExecution }) {
      const wrong = wrongIn(args)
      if (wrong.length > 0) setResultAndStopExecution({ errors: refusalsOf(wrong, args.contextValue) })
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const wrong = wrongIn(args)
      if (wrong.length > 0) setResultAndStopExecution({ errors: refusalsOf(wrong, args.contextValue) })
    },
  }
}

/** graphql-js adds one error that says that there are more. */
const boundedValidation = { maxErrors: mostErrors - 1 }

/** The only message of graphql-js if fields and fragments need too many comparisons. */
const endedValidation = 'Validation aborted.'
const tooEntangled =
  'The operation repeats its fields, or spreads its fragments, too often to be checked: ask for less at once.'

/** Marks values of a wrong type as BAD_USER_INPUT. Validation gives them no code of their own. */
function markWrongValues(schema: GraphQLSchema, document: DocumentNode, errors: readonly Error[]): void {
  const wrongValues = validate(schema, document, [ValuesOfCorrectTypeRule], boundedValidation)
  const wrong = new Set(wrongValues.map(error => error.message))
  for (const error of errors) {
    if (error instanceof GraphQLError && wrong.has(error.message)) error.extensions.code = 'BAD_USER_INPUT'
  }
}

/** A suggestion is removed before the middle is cut out, so that no part of it remains. */
function refusalsOf(wrong: readonly GraphQLError[], { caller }: Context): readonly GraphQLError[] {
  const extensions = { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } }
  return wrong.map(({ message, nodes }) => {
    const visible = cutText(withoutSuggestion(message, caller), longestMessage)
    return new GraphQLError(visible, { nodes: nodes ?? null, extensions: { ...extensions } })
  })
}
