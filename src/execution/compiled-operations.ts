import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLScalarType,
  GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { createLRUCache } from 'graphql-yoga'
import { coerceVariables } from './coerced-variables.ts'
import { locatedErrors } from './located-errors.ts'
import { toPlainOperation } from './plain-operation.ts'
import type { Variables } from './selections.ts'

/** Executes what it was found for. */
export type Execute = () => Promise<ExecutionResult>

/** Compiling takes as long as some executions: what is asked once or twice is not worth it. */
const timesBefore = 2

/** Each takes some hundred kilobytes at most. */
const mostCompiled = 200

interface Met {
  readonly id: number
  /** The variables that decide what is left out: for each of their values there is an operation of its own. */
  readonly switches: readonly string[]
  times: number
}

/**
 * Finds the compiled form of queries that are asked over and over; undefined for one that is not, or that cannot be
 * compiled: those are for the default executor, which answers the same. That holds for resolvers whose lists hold no
 * promise that rejects: one in a list is to resolve with its error.
 */
export function compiledOperations(schema: GraphQLSchema): (args: ExecutionArgs) => Execute | undefined {
  const ground = new GraphQLSchema({
    ...schema.toConfig(),
    types: [...Object.values(schema.getTypeMap()), Given],
  })
  const met = new WeakMap<OperationDefinitionNode, Met>()
  const compiled = createLRUCache<{ readonly run: Run | undefined }>({ max: mostCompiled })
  let count = 0
  return ({ document, operationName, variableValues, rootValue, contextValue }) => {
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
      found = { run: compile(ground, document, operation, coerced) }
      compiled.set(name, found)
    }
    const { run } = found
    return run && (() => run(rootValue, contextValue, coerced))
  }
}

type Run = (root: unknown, context: unknown, variables: Variables) => Promise<ExecutionResult>

/** The type of all that is given to compiled code: it is read by then, and the compiler reads in ways of its own. */
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

/** The variables that decide about `@skip` and `@include`, anywhere in the document. */
function switchesOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ arguments: args = [] }) {
      for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}
