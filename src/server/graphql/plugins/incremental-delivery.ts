import type { ServerResponse } from 'node:http'
import {
  BREAK,
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getDirectiveValues,
  getOperationAST,
  subscribe,
  visit,
} from 'graphql'
import type { Plugin, YogaMaskedErrorOpts } from 'graphql-yoga'
import type { Context } from '../../../context.ts'
import { coerceVariables, mostErrors } from '../../../execution/coerced-variables.ts'
import { rememberedByDocument } from '../../../execution/remembered-by-document.ts'
import { type IncrementalResult, identifyIncrements } from '../identified-increments.ts'
import { incrementalFormat } from '../response-format.ts'
import type { ServerContext } from '../server-context.ts'

const directiveNames = ['defer', 'stream']

/**
 * Delivers `@defer` and `@stream` incrementally to clients that accept it, and at once to others and in a dry run.
 * graphql-js runs what is delivered at once. The executor that can defer mistakes an object with a member `then` for
 * a promise, so a document with such a response key is delivered at once too. Errors of later increments are masked
 * as the first ones are. Rejects invalid `@defer` and `@stream` arguments as BAD_USER_INPUT before execution.
 */
export function useIncrementalDelivery({
  maskError,
  errorMessage,
}: YogaMaskedErrorOpts): Plugin<Context & Pick<ServerContext, 'res'>> {
  const wholeOf = rememberedByDocument(withoutDirectives)
  const isWholeOnly = rememberedByDocument(namesThen)
  const masked = (error: unknown) => withoutInternals(maskError(error, errorMessage))
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(subscribe)
    },
    onExecute({ args, setExecuteFn, setResultAndStopExecution }) {
      const { schema, document, operationName, variableValues, contextValue } = args
      const { res, plan } = contextValue
      const whole = wholeOf(document)
      if (whole === document) return setExecuteFn(execute)
      const wrong = wrongDirectives(schema, document, operationName, variableValues ?? {})
      if (wrong.length > 0) return setResultAndStopExecution({ errors: wrong })
      const format = incrementalFormat(res.req.headers.accept)
      if (plan || !format || isWholeOnly(document)) {
        args.document = whole
        return setExecuteFn(execute)
      }
      const operation = getOperationAST(document, operationName)
      const { coerced } = operation ? coerceVariables(schema, operation, variableValues ?? {}) : {}
      const isIdentified = format.isIdentified && operation && coerced
      rewrites.set(
        res,
        isIdentified ? identifyIncrements(document, operation.selectionSet, coerced) : asTheyAre,
      )
      return {
        onExecuteDone: () => ({
          onNext({ result, setResult }) {
            if (!('incremental' in result) || !Array.isArray(result.incremental)) return
            const incremental = result.incremental.map(increment =>
              increment.errors ? { ...increment, errors: increment.errors.map(masked) } : increment,
            )
            const maskedResult = { ...result, incremental }
            setResult(maskedResult)
          },
        }),
      }
    },
  }
}

type Rewrite = (result: IncrementalResult) => IncrementalResult

/**
 * Rewrites the results of a response into the format that its client accepts. Undefined if it is not delivered
 * incrementally.
 */
export function incrementalRewrite(response: ServerResponse): Rewrite | undefined {
  return rewrites.get(response)
}

/** Whether a part of the document may be delivered later. */
export function namesIncrements(document: DocumentNode): boolean {
  return withoutDirectives(document) !== document
}

const rewrites = new WeakMap<ServerResponse, Rewrite>()
const asTheyAre: Rewrite = result => result

function namesThen(document: DocumentNode): boolean {
  let isFound = false
  visit(document, {
    Field({ alias, name }) {
      isFound ||= (alias ?? name).value === 'then'
      return isFound ? BREAK : undefined
    },
  })
  return isFound
}

/**
 * Returns the same document if it has neither directive. Otherwise it has other operations, even if only their fragments have
 * one: costs and compiled code are remembered by operation.
 */
function withoutDirectives(document: DocumentNode): DocumentNode {
  const whole = visit(document, {
    Directive: ({ name }) => (directiveNames.includes(name.value) ? null : undefined),
  })
  if (whole === document) return document
  return { ...whole, definitions: whole.definitions.map(definition => ({ ...definition })) }
}

/** The executor would throw for invalid arguments in the middle of execution. */
function wrongDirectives(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  given: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  const operation = getOperationAST(document, operationName)
  const { coerced } = operation ? coerceVariables(schema, operation, given) : {}
  const directives = schema.getDirectives().filter(({ name }) => directiveNames.includes(name))
  const errors: GraphQLError[] = []
  // Invalid variables are refused elsewhere.
  if (!coerced) return errors
  visit(document, {
    enter(node) {
      if (!('directives' in node) || !node.directives?.length) return undefined
      try {
        for (const directive of directives) {
          const count = getDirectiveValues(directive, node, coerced)?.initialCount
          if (typeof count === 'number' && count < 0)
            errors.push(badDirective('"initialCount" is how many rows come at once: 0 or more.', node))
        }
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error
        errors.push(badDirective(error.message, node))
      }
      return errors.length < mostErrors ? undefined : BREAK
    },
  })
  return errors
}

function badDirective(message: string, node: NonNullable<GraphQLError['nodes']>[number]): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } }
  return new GraphQLError(message, { nodes: [node], extensions })
}

/** Only the errors of the first result lose these extensions when the response is written. */
function withoutInternals(error: Error): Error {
  if (error instanceof GraphQLError) {
    delete error.extensions.http
    delete error.extensions.unexpected
  }
  return error
}
