import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isIntrospectionType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import type { Sizes } from '../../../schema/costs.ts'
import { holdsVariable } from '../../execution/holds-variable.ts'
import type { Variables } from '../../execution/selections.ts'
import { type Field, fieldWeight } from './field-weight.ts'
import { introspectionSize } from './introspection-size.ts'
import { OperationSelections, TooManySelections } from './operation-selections.ts'

/** The most that an operation may cost, computed without running it. */
export interface OperationCost {
  /** By the IBM cost specification: objects, `@cost` and list lengths. */
  readonly cost: number
  /** A rough size of the response as JSON. */
  readonly bytes: number
  /** How many increments `@defer` and `@stream` deliver. */
  readonly increments: number
  /** Rows that may be null with an error of their own, such as those of `nodes`. */
  readonly fallible: number
  /** The root fields of a mutation. */
  readonly changes: number
  /** Whether it is the same for all variables. */
  readonly isLasting: boolean
}

/** For a mutation, in addition to its fields. */
export const mutationCost = 10
/** Assumed for a list whose length is unknown. */
const unknownSize = 100
/** Columns are cheap: that many scalars cost 1. */
export const valuesPerCost = 1000
/** More than any operation within the limits has, unless its fragments merge in ever new combinations. */
const mostSelections = 200_000
/** A scalar of an introspection type, among which nothing pauses. */
const introspectedScalar = 2
const unbounded = Number.MAX_SAFE_INTEGER

/**
 * The static cost of a valid operation with coerced variables. The work grows with the document, not with the
 * response: an object is weighed once for the same selections and list sizes. If fragments merge in ever new
 * combinations, it gives up and the cost is unbounded.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): OperationCost {
  const root = schema.getRootType(operation.operation)
  const selections = new OperationSelections(schema, document, variables, mostSelections)
  const weighing = new Weighing(schema, selections, variables)
  const isMutation = operation.operation === 'mutation'
  if (!root) return { ...nothing, changes: 0, isLasting: true }
  try {
    const { cost, bytes, increments, fallible } = weighing.weighObject(root, [operation.selectionSet], {
      sizes: {},
      page: undefined,
    })
    const changes = isMutation ? selections.of(root, [operation.selectionSet]).fields.size : 0
    return {
      cost: Math.min(unbounded, Math.ceil(cost) + (isMutation ? mutationCost : 0)),
      bytes: Math.min(unbounded, Math.ceil(bytes)),
      increments: Math.min(unbounded, increments),
      fallible: Math.min(unbounded, fallible),
      changes,
      isLasting: !selections.usesVariables,
    }
  } catch (error) {
    if (!(error instanceof TooManySelections)) throw error
    const isLasting = !selections.usesVariables
    return { ...endless, changes: 0, isLasting }
  }
}

interface Weight {
  readonly cost: number
  readonly bytes: number
  readonly increments: number
  readonly fallible: number
  /** How many response paths an error or an increment may name. */
  readonly paths: number
}

/** What the parent fields say of list lengths. */
interface ListContext {
  readonly sizes: Sizes
  /** From the field directly above: which fields of this object hold its page, and how long that page is. */
  readonly page: { readonly fields: readonly string[]; readonly size: number } | undefined
}

class Weighing {
  readonly #schema: GraphQLSchema
  readonly #selections: OperationSelections
  readonly #variables: Variables
  readonly #weighed = new Map<string, Weight>()
  readonly #numbers = new Map<object, number>()

  constructor(schema: GraphQLSchema, selections: OperationSelections, variables: Variables) {
    this.#schema = schema
    this.#selections = selections
    this.#variables = variables
  }

  weighObject(type: GraphQLObjectType, sets: readonly SelectionSetNode[], context: ListContext): Weight {
    const numbers = sets.map(set => this.#numbers.getOrInsertComputed(set, () => this.#numbers.size))
    const name = `${type.name} ${numbers} ${JSON.stringify(context)}`
    const known = this.#weighed.get(name)
    if (known) return known
    const { fields, deferred } = this.#selections.of(type, sets)
    let { cost, bytes, increments, fallible, paths } = nothing
    for (const [key, nodes] of fields) {
      const weight = this.#weighField(type, nodes, context)
      cost += weight.cost
      bytes += weight.bytes + key.length + quotes + Math.max(0, key.length - usualKey) * weight.paths
      increments += weight.increments
      fallible += weight.fallible
      paths += weight.paths
    }
    for (const { set, deferral } of deferred) {
      const weight = this.weighObject(type, [set], context)
      cost += weight.cost
      bytes += weight.bytes + bytesOfIncrement + (deferral.label?.length ?? 0)
      increments += weight.increments + 1
      fallible += weight.fallible
      paths += weight.paths + 1
    }
    const weight = { cost, bytes, increments, fallible, paths }
    this.#weighed.set(name, weight)
    return weight
  }

  #weighField(parent: GraphQLObjectType, nodes: readonly FieldNode[], { sizes, page }: ListContext): Weight {
    const [first] = nodes
    const field = first && this.#fieldOf(parent, first.name.value)
    if (!first || !field) return nothing
    const definition = fieldWeight(field)
    const { lists, slicingArguments, sizedFields, size, below, times, instance } = definition
    const args = slicingArguments.length > 0 || size || below || times ? this.#argumentsOf(field, first) : {}
    const call = definition.call * (times?.(args, sizes) ?? 1)
    const sliced = this.#slice(field, slicingArguments, args)
    const paged = page?.fields.includes(field.name) ? page.size : undefined
    const introspected = introspectionSize(this.#schema, parent, field)
    const length =
      size?.(args, sizes) ??
      (sizedFields.length === 0 ? sliced : undefined) ??
      paged ??
      introspected ??
      definition.assumedSize ??
      unknownSize
    // Nothing says how long the inner lists of a list are.
    const count = lists === 0 ? (introspected ?? 1) : Math.max(1, length) * unknownSize ** (lists - 1)
    const stream = this.#selections.deferral(first, 'stream')
    const streamed = stream && lists > 0 ? Math.max(1, length) : 0
    const bytesOfRow = bytesOfIncrement + (stream?.label?.length ?? 0)
    const named = getNamedType(field.type)
    const ofScalar = isIntrospectionType(parent) ? introspectedScalar : 0
    if (!isCompositeType(named))
      return {
        cost: call + (lists === 0 ? ofScalar : Math.ceil(count / valuesPerCost)),
        bytes: count * definition.bytes + streamed * bytesOfRow,
        increments: streamed,
        fallible: 0,
        paths: 1 + streamed,
      }
    const inner: ListContext = {
      sizes: below ? { ...sizes, ...below(args) } : sizes,
      page:
        sizedFields.length > 0
          ? { fields: sizedFields, size: sliced ?? definition.assumedSize ?? unknownSize }
          : undefined,
    }
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const types = isAbstractType(named) ? this.#schema.getPossibleTypes(named) : [named]
    const weights = types.map(type => this.weighObject(type, sets, inner))
    const most = (name: keyof Weight) => Math.max(...weights.map(weight => weight[name]))
    return {
      cost: call + count * (instance + most('cost')),
      bytes: count * (definition.bytes + most('bytes')) + streamed * bytesOfRow,
      increments: count * most('increments') + streamed,
      fallible: count * (most('fallible') + (definition.isFallible ? 1 : 0)),
      paths: count * most('paths') + streamed + 1,
    }
  }

  /** The largest of the slicing arguments. Null counts as missing. */
  #slice(
    field: Field,
    names: readonly string[],
    args: Readonly<Record<string, unknown>>,
  ): number | undefined {
    const values = names.flatMap(name => {
      const value = args[name] ?? field.args.find(argument => argument.name === name)?.defaultValue
      return typeof value === 'number' ? [value] : []
    })
    return values.length > 0 ? Math.max(...values) : undefined
  }

  #argumentsOf(field: Field, node: FieldNode): Readonly<Record<string, unknown>> {
    if (node.arguments?.some(({ value }) => holdsVariable(value))) this.#selections.usesVariables = true
    return getArgumentValues(field, node, this.#variables)
  }

  #fieldOf(parent: GraphQLObjectType, name: string): Field | undefined {
    const own = parent.getFields()[name]
    if (own || name === TypeNameMetaFieldDef.name) return own ?? TypeNameMetaFieldDef
    return parent === this.#schema.getQueryType() ? metaFields.find(field => field.name === name) : undefined
  }
}

const metaFields: readonly Field[] = [SchemaMetaFieldDef, TypeMetaFieldDef]

/** Quotes, colon and comma of a key. */
const quotes = 4

/** An increment without its data: path and announcement. */
const bytesOfIncrement = 150

/** Errors and increments repeat all keys of their path; shorter keys hardly count. */
const usualKey = 40

const nothing: Weight = { cost: 0, bytes: 0, increments: 0, fallible: 0, paths: 0 }

const endless = { cost: unbounded, bytes: unbounded, increments: unbounded, fallible: unbounded }
