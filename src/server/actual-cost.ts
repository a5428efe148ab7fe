import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql'
import { coerceVariables } from '../execution/coerced-variables.ts'
import { fieldWeight } from './field-weight.ts'
import { mutationCost, valuesPerCost } from './operation-cost.ts'
import { OperationSelections } from './operation-selections.ts'

export interface ExecutedOperation {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined
}

/**
 * What the data of a response cost by the weights of the estimate: the objects that are there in place of those that could
 * be. A field that is null cost its call. Rows of plain values are counted and not looked at.
 */
export function actualCost(executed: ExecutedOperation, data: unknown): number {
  const { schema, document, operationName, variableValues } = executed
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return 0
  const { coerced = {} } = coerceVariables(schema, operation, variableValues ?? {})
  const selections = new OperationSelections(schema, document, coerced, Number.POSITIVE_INFINITY)
  const ofMutation = operation.operation === 'mutation' ? mutationCost : 0
  const cost = new Counting(schema, selections).costOf(root, [operation.selectionSet], data)
  return Math.ceil(cost) + ofMutation
}

type Sets = readonly SelectionSetNode[]
type Fields = ReadonlyMap<string, readonly FieldNode[]>

class Counting {
  readonly #schema: GraphQLSchema
  readonly #selections: OperationSelections
  /** By type and selection sets. */
  readonly #fields = new Map<string, Fields>()
  readonly #numbers = new Map<SelectionSetNode, number>()

  constructor(schema: GraphQLSchema, selections: OperationSelections) {
    this.#schema = schema
    this.#selections = selections
  }

  /** The fields of one object, without the object itself. */
  costOf(type: GraphQLObjectType, sets: Sets, value: unknown): number {
    if (typeof value !== 'object' || value === null) return 0
    const values = new Map(Object.entries(value))
    return this.#fieldsOf(type, sets)
      .entries()
      .reduce((sum, [key, nodes]) => sum + this.#costOfField(type, nodes, values.get(key)), 0)
  }

  #costOfField(parent: GraphQLObjectType, nodes: readonly FieldNode[], value: unknown): number {
    const field = parent.getFields()[nodes[0]?.name.value ?? '']
    if (!field) return 0
    const { call, instance, lists } = fieldWeight(field)
    if (value === null || value === undefined) return call
    const rows: readonly unknown[] = Array.isArray(value) ? value.flat(lists - 1) : [value]
    const named = getNamedType(field.type)
    if (!isCompositeType(named)) return call + (lists === 0 ? 0 : Math.ceil(rows.length / valuesPerCost))
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const calls = isObjectType(named) ? this.#callsOf(named, sets) : undefined
    if (calls === 0) return call + rows.length * instance
    if (calls !== undefined) return call + rows.filter(row => row !== null).length * (instance + calls)
    return rows.reduce<number>((sum, row) => sum + this.#costOfRow(named, sets, row, instance), call)
  }

  #costOfRow(named: GraphQLNamedType, sets: Sets, row: unknown, instance: number): number {
    const type = row === null ? undefined : this.#typeOf(named, sets, row)
    return type ? instance + this.costOf(type, sets, row) : 0
  }

  /** What the fields of each of its objects cost, if that is the same whatever they hold: single plain values. */
  #callsOf(type: GraphQLObjectType, sets: Sets): number | undefined {
    let calls = 0
    for (const [node] of this.#fieldsOf(type, sets).values()) {
      const field = type.getFields()[node?.name.value ?? '']
      if (!field) continue
      const { call, lists } = fieldWeight(field)
      if (lists > 0 || isCompositeType(getNamedType(field.type))) return undefined
      calls += call
    }
    return calls
  }

  /** Of an interface or a union: the type whose fields the object has. */
  #typeOf(named: GraphQLNamedType, sets: Sets, row: unknown): GraphQLObjectType | undefined {
    if (isObjectType(named)) return named
    if (!isAbstractType(named)) return undefined
    const keys = new Set(Object.keys(Object(row)))
    const possible = this.#schema.getPossibleTypes(named)
    return possible.find(type => {
      const fields = this.#fieldsOf(type, sets)
      return fields.size === keys.size && fields.keys().every(key => keys.has(key))
    })
  }

  #fieldsOf(type: GraphQLObjectType, sets: Sets): Fields {
    const numbers = sets.map(set => this.#numbers.getOrInsertComputed(set, () => this.#numbers.size))
    const name = `${type.name} ${numbers}`
    return this.#fields.getOrInsertComputed(name, () => this.#selections.of(type, sets).fields)
  }
}
