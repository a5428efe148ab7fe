import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { coerceVariables } from '../../execution/coerced-variables.ts'
import { rememberedByDocument } from '../../execution/remembered-by-document.ts'
import { switchesOf } from '../../execution/selections.ts'
import { type FieldWeight, fieldWeight } from './field-weight.ts'
import { mutationCost, valuesPerCost } from './operation-cost.ts'
import { OperationSelections } from './operation-selections.ts'

export interface ExecutedOperation {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined
}

/**
 * The cost of a response's data by the weights of the estimate: for the objects that it has, not those that it could have. A
 * field that is null has cost its call. Rows of plain values are counted, not visited.
 */
export function actualCost(executed: ExecutedOperation, data: unknown): number {
  const { schema, document, operationName } = executed
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return 0
  const ofMutation = operation.operation === 'mutation' ? mutationCost : 0
  const counting = countingOf(executed, operation)
  const cost = counting.rootOf(root, operation).costOf(data)
  if (counting.size > mostRemembered) remembered.delete(operation)
  return Math.ceil(cost) + ofMutation
}

/** For operations whose selections do not depend on variables. */
const remembered = new WeakMap<OperationDefinitionNode, Counting>()

/** Larger operations are read on each run. */
const mostRemembered = 1000

const hasSwitches = rememberedByDocument(document => switchesOf(document).length > 0)

function countingOf(
  { schema, document, variableValues }: ExecutedOperation,
  operation: OperationDefinitionNode,
): Counting {
  const known = remembered.get(operation)
  if (known?.schema === schema) return known
  const isLasting = !hasSwitches(document)
  const { coerced = {} } = isLasting ? {} : coerceVariables(schema, operation, variableValues ?? {})
  const selections = new OperationSelections(schema, document, coerced, Number.POSITIVE_INFINITY)
  const counting = new Counting(schema, selections)
  if (isLasting) remembered.set(operation, counting)
  return counting
}

type Sets = readonly SelectionSetNode[]

/** The objects that one operation asks for; each kind of place is read once. */
class Counting {
  readonly schema: GraphQLSchema
  readonly selections: OperationSelections
  /** By type and selection sets. */
  readonly #objects = new Map<string, CountedObject>()
  readonly #numbers = new Map<SelectionSetNode, number>()
  #root: CountedObject | undefined

  constructor(schema: GraphQLSchema, selections: OperationSelections) {
    this.schema = schema
    this.selections = selections
  }

  rootOf(type: GraphQLObjectType, { selectionSet }: OperationDefinitionNode): CountedObject {
    this.#root ??= this.objectOf(type, [selectionSet])
    return this.#root
  }

  get size(): number {
    return this.#objects.size
  }

  objectOf(type: GraphQLObjectType, sets: Sets): CountedObject {
    const numbers = sets.map(set => this.#numbers.getOrInsertComputed(set, () => this.#numbers.size))
    const name = `${type.name} ${numbers}`
    return this.#objects.getOrInsertComputed(name, () => new CountedObject(type, sets, this))
  }
}

/** A field of one type in an operation. */
interface CountedField extends Pick<FieldWeight, 'call' | 'instance' | 'lists'> {
  readonly key: string
  /** The types that its objects may be of; none for plain values. */
  readonly possible: readonly CountedObject[]
}

/** Objects of one type at one place of the response. Their selections are read when the first one is counted. */
class CountedObject {
  readonly #type: GraphQLObjectType
  readonly #sets: Sets
  readonly #counting: Counting
  #fields: readonly CountedField[] | undefined
  #calls: number | undefined

  constructor(type: GraphQLObjectType, sets: Sets, counting: Counting) {
    this.#type = type
    this.#sets = sets
    this.#counting = counting
  }

  /** The cost of an object's fields, without the object itself. */
  costOf(value: unknown): number {
    return isObject(value)
      ? this.fields.reduce((sum, field) => sum + costOfField(field, value[field.key]), 0)
      : 0
  }

  get fields(): readonly CountedField[] {
    this.#fields ??= [...this.#counting.selections.of(this.#type, this.#sets).fields].map(([key, nodes]) =>
      this.#counted(key, nodes),
    )
    return this.#fields
  }

  /** The cost of the fields of each object, if it is always the same: for single plain values. Else infinite. */
  get calls(): number {
    this.#calls ??= this.fields.reduce(
      (sum, { call, lists, possible }) =>
        lists > 0 || possible.length > 0 ? Number.POSITIVE_INFINITY : sum + call,
      0,
    )
    return this.#calls
  }

  #counted(key: string, nodes: readonly FieldNode[]): CountedField {
    const field = this.#type.getFields()[nodes[0]?.name.value ?? '']
    // Meta-fields cost nothing.
    if (!field) return { key, call: 0, instance: 0, lists: 0, possible: [] }
    const { call, instance, lists } = fieldWeight(field)
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const named = getNamedType(field.type)
    const types = isAbstractType(named)
      ? this.#counting.schema.getPossibleTypes(named)
      : [named].filter(isObjectType)
    const possible = types.map(type => this.#counting.objectOf(type, sets))
    return { key, call, instance, lists, possible }
  }
}

function costOfField({ call, instance, lists, possible }: CountedField, value: unknown): number {
  if (value === null || value === undefined) return call
  const rows: readonly unknown[] = Array.isArray(value)
    ? lists > 1
      ? value.flat(lists - 1)
      : value
    : [value]
  const [object] = possible
  if (!object) return call + (lists === 0 ? 0 : Math.ceil(rows.length / valuesPerCost))
  if (possible.length > 1)
    return rows.reduce<number>((sum, row) => {
      const object = objectOf(row, possible)
      return object ? sum + instance + object.costOf(row) : sum
    }, call)
  const { calls } = object
  if (calls === 0) return call + rows.length * instance
  const present = rows.filter(row => row !== null)
  if (Number.isFinite(calls)) return call + present.length * (instance + calls)
  return present.reduce<number>((sum, row) => sum + instance + object.costOf(row), call)
}

/** For an interface or a union: the type whose fields the object has. */
function objectOf(row: unknown, possible: readonly CountedObject[]): CountedObject | undefined {
  if (!isObject(row)) return undefined
  const keys = Object.keys(row)
  return possible.find(({ fields }) => fields.length === keys.length && fields.every(({ key }) => key in row))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
