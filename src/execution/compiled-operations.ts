import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLScalarType,
  GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { createLRUCache } from 'graphql-yoga'
import { coerceVariables } from './coerced-variables.ts'
import { needsDefaultExecutor, withLeafLists } from './leaf-lists.ts'
import { locatedErrors } from './located-errors.ts'
import { toPlainOperation } from './plain-operation.ts'
import { switchesOf, type Variables } from './selections.ts'

/** Executes the operation that it was compiled for. */
export type Execute = () => Promise<ExecutionResult>

/** Compiling takes as long as a few executions, so it does not pay for rarer operations. */
const timesBefore = 2

/** Each takes at most a few hundred kilobytes. */
const mostCompiled = 200

interface Met {
  readonly id: number
  /** The variables that `@skip` and `@include` read. Each combination of their values is compiled separately. */
  readonly switches: readonly string[]
  times: number
}

/**
 * Finds the compiled form of queries that are asked repeatedly. Undefined leaves a query to the default executor,
 * which gives the same result. Both agree only if no resolver returns a list with a promise that rejects: such a
 * promise must resolve with its error.
 */
export function compiledOperations(schema: GraphQLSchema): (args: ExecutionArgs) => Execute | undefined {
  const met = new WeakMap<OperationDefinitionNode, Met>()
  const compiled = createLRUCache<{ readonly run: Run | undefined }>({ max: mostCompiled })
  let count = 0
  return args => {
    const { document, operationName, variableValues, rootValue, contextValue } = args
    const operation = getOperationAST(document, operationName)
    if (operation?.operation !== 'query') return undefined
    const known = met.get(operation)
    if (!known) {
      met.set(operation, { id: ++count, switches: switchesOf(document), times: 1 })
      return undefined
    }
    const { coerced } = coerceVariables(schema, operation, variableValues ?? {})
    if (!coerced) return undefined
    const name = `${known.id} ${known.switches.map(variable => (coerced[variable] === true ? 1 : 0))}`
    let found = compiled.get(name)
    if (!found) {
      if (++known.times <= timesBefore) return undefined
      known.times = 0
      found = { run: compile(grounds.getOrInsertComputed(schema, groundOf), document, operation, coerced) }
      compiled.set(name, found)
    }
    const { run } = found
    if (!run) return undefined
    return async () => {
      const result = await run(rootValue, contextValue, coerced)
      return needsDefaultExecutor(result) ? execute(args) : result
    }
  }
}

type Run = (root: unknown, context: unknown, variables: Variables) => Promise<ExecutionResult>

/** Each is made when the first operation is compiled, with copies of the fields: a resolver replaced later is not seen. */
const grounds = new WeakMap<GraphQLSchema, GraphQLSchema>()

function groundOf(schema: GraphQLSchema): GraphQLSchema {
  const mapped = withLeafLists(schema)
  return new GraphQLSchema({ ...mapped.toConfig(), types: [...Object.values(mapped.getTypeMap()), Given] })
}

/** The type of every argument in compiled code. Values are coerced before, as the compiler coerces differently. */
const Given = new GraphQLScalarType({ name: 'IsothermGiven' })

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Run | undefined {
  const plain = toPlainOperation(schema, document, operation, variables, Given)
  if (!plain) return undefined
  const compiled = compileQuery(schema, plain.document, operation.name?.value, {
    disablingCapturingStackErrors: true,
  })
  if (!isCompiledQuery(compiled)) return undefined
  const source = document.loc?.source
  return async (root, context, variables) => {
    const result = await compiled.query(root, context, plain.given(variables))
    return result.errors && source ? { ...result, errors: locatedErrors(source, result.errors) } : result
  }
}
