import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  valueFromAST,
} from 'graphql'
import { holdsVariable } from './holds-variable.ts'
import {
  appliesTo,
  type Fragments,
  fragmentsOf,
  isLeftOut,
  mergeSelections,
  type Variables,
} from './selections.ts'

export interface PlainOperation {
  readonly document: DocumentNode
  /** The values of its variables, computed from those of the original operation. */
  given(variables: Variables): Variables
}

/** Counts fields with fragments expanded. Compiling a larger operation costs more time and memory than it saves. */
const mostFields = 500

/**
 * Rewrites an operation so that no two executors can read it differently: fragments expanded in response order,
 * selections that `@skip` and `@include` leave out removed, every argument a variable of type `given`. Undefined if
 * the operation has other directives, asks for the schema in any way, or is too large. Does not change the document.
 */
export function toPlainOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  given: GraphQLScalarType,
): PlainOperation | undefined {
  const root = schema.getRootType(operation.operation)
  if (!root || operation.directives?.length) return undefined
  const writer = new PlainWriter(schema, document, variables)
  try {
    const selectionSet = writer.write(root, [operation.selectionSet])
    const type = { kind: Kind.NAMED_TYPE, name: nameNode(given.name) } as const
    const variableDefinitions = writer.values.map((_, index) => ({
      kind: Kind.VARIABLE_DEFINITION as const,
      variable: variableNode(index),
      type,
    }))
    return {
      document: { kind: Kind.DOCUMENT, definitions: [{ ...operation, variableDefinitions, selectionSet }] },
      given: variables => valuesOf(writer.values, variables),
    }
  } catch (error) {
    if (error instanceof NotPlain) return undefined
    throw error
  }
}

class NotPlain extends Error {
  override readonly name = 'NotPlain'
}

interface ArgumentValue {
  readonly node: ValueNode
  readonly type: GraphQLInputType
  /** Its value if that is the same in every request; undefined if it depends on a variable. */
  readonly constant: unknown
}

class PlainWriter {
  readonly values: ArgumentValue[] = []
  readonly #schema: GraphQLSchema
  readonly #fragments: Fragments
  readonly #variables: Variables
  #fields = 0

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Variables) {
    this.#schema = schema
    this.#variables = variables
    this.#fragments = fragmentsOf(document)
  }

  /** Merges the selections of one object. An abstract type gets one inline fragment for each possible type. */
  write(type: GraphQLNamedType, sets: readonly SelectionSetNode[]): SelectionSetNode {
    if (isObjectType(type)) return { kind: Kind.SELECTION_SET, selections: this.#fieldsOf(type, sets) }
    if (!isAbstractType(type)) throw new NotPlain()
    const selections = this.#schema.getPossibleTypes(type).map(possible => ({
      kind: Kind.INLINE_FRAGMENT as const,
      typeCondition: { kind: Kind.NAMED_TYPE as const, name: nameNode(possible.name) },
      selectionSet: this.write(possible, sets),
    }))
    return { kind: Kind.SELECTION_SET, selections }
  }

  #fieldsOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): FieldNode[] {
    const { fields } = mergeSelections(sets, {
      fragments: this.#fragments,
      isIncluded: node => this.#isIncluded(node),
      applies: condition => appliesTo(this.#schema, condition, type),
      deferralOf: () => undefined,
    })
    return [...fields].flatMap(([key, nodes]) => this.#fieldOf(type, key, nodes))
  }

  /**
   * All nodes of one response key, so that errors have every location. The first node has the arguments and the
   * selections.
   */
  #fieldOf(type: GraphQLObjectType, key: string, [first, ...others]: readonly FieldNode[]): FieldNode[] {
    this.#fields += 1 + others.length
    if (!first || this.#fields > mostFields) throw new NotPlain()
    const name = first.name.value
    if (key === '__typename' && key === name) return [bare(first)]
    const field = type.getFields()[name]
    // Keys such as `__proto__` mean something else in compiled code.
    if (!field || key.startsWith('__')) throw new NotPlain()
    // Its resolver would be given the schema of compiled code.
    if (field.extensions.isothermReadsSchema) throw new NotPlain()
    const main = { ...bare(first), arguments: this.#argumentsOf(field, first) }
    const sets = [first, ...others].flatMap(({ selectionSet }) => selectionSet ?? [])
    if (sets.length === 0) return [main, ...others.map(bare)]
    return [
      { ...main, selectionSet: this.write(getNamedType(field.type), sets) },
      ...others.map(other => ({ ...bare(other), selectionSet: nothing })),
    ]
  }

  #argumentsOf({ args }: GraphQLField<unknown, unknown>, node: FieldNode): ArgumentNode[] {
    return (node.arguments ?? []).map(argument => {
      const definition = args.find(({ name }) => name === argument.name.value)
      if (!definition) throw new NotPlain()
      const { value: node } = argument
      const { type } = definition
      this.values.push({ node, type, constant: holdsVariable(node) ? undefined : valueFromAST(node, type) })
      return { ...argument, value: variableNode(this.values.length - 1) }
    })
  }

  #isIncluded(selection: SelectionNode): boolean {
    if (!selection.directives?.length) return true
    if (!selection.directives.every(({ name }) => plainDirectives.includes(name.value))) throw new NotPlain()
    return !isLeftOut(selection, this.#variables)
  }
}

const plainDirectives = [GraphQLSkipDirective.name, GraphQLIncludeDirective.name]

/** An argument whose variable was not given is not given either, as the specification says. */
function valuesOf(values: readonly ArgumentValue[], variables: Variables): Variables {
  const given: Record<string, unknown> = {}
  for (const [index, { node, type, constant }] of values.entries()) {
    const value = constant === undefined ? valueFromAST(node, type, variables) : constant
    if (value !== undefined) given[nameOf(index)] = value
  }
  return given
}

const nothing: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] }

/** Copies the node, as the compiler writes into the nodes it gets. */
function bare(node: FieldNode): FieldNode {
  return { ...node, arguments: [], directives: [] }
}

function variableNode(index: number) {
  return { kind: Kind.VARIABLE, name: nameNode(nameOf(index)) } as const
}

function nameNode(value: string) {
  return { kind: Kind.NAME, value } as const
}

function nameOf(index: number): string {
  return `argument${index}`
}
