import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'
import { fragmentsOf, type Variables } from '../execution/selections.ts'

/** Thrown once more selections were read than any operation of a fair size has. */
export class TooManySelections extends Error {
  override readonly name = 'TooManySelections'
}

/** A fragment with `@defer`. */
export interface DeferredFragment {
  readonly set: SelectionSetNode
  /** Empty where it has none. */
  readonly label: string
}

export interface ObjectSelections {
  readonly fields: ReadonlyMap<string, readonly FieldNode[]>
  readonly deferred: readonly DeferredFragment[]
}

/**
 * Reads the selections of one operation as its execution merges them: fragments resolved, without what `@skip` and `@include`
 * leave out, selections of one response key together. Variables are those of the operation, coerced.
 */
export class MergedSelections {
  /** Whether what was read so far hangs on a variable. */
  usesVariables = false
  readonly #schema: GraphQLSchema
  readonly #variables: Variables
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #most: number
  #read = 0

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Variables, most: number) {
    this.#schema = schema
    this.#variables = variables
    this.#most = most
    this.#fragments = fragmentsOf(document)
  }

  /**
   * The fields of an object that several selection sets ask for, by response key, and the fragments that come later, each of
   * which is executed by itself. Throws TooManySelections.
   */
  of(type: GraphQLObjectType, sets: Iterable<SelectionSetNode>): ObjectSelections {
    const fields = new Map<string, FieldNode[]>()
    const deferred: DeferredFragment[] = []
    const spread = new Set<string>()
    const collect = ({ selections }: SelectionSetNode): void => {
      this.#read += selections.length
      if (this.#read > this.#most) throw new TooManySelections()
      for (const selection of selections) {
        if (!this.#isIncluded(selection)) continue
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value
          fields.getOrInsertComputed(key, () => []).push(selection)
          continue
        }
        const isSpread = selection.kind === Kind.FRAGMENT_SPREAD
        const fragment = isSpread ? this.#fragments.get(selection.name.value) : selection
        if (!fragment || !this.#isOn(fragment.typeCondition?.name.value, type)) continue
        const directive = this.directive(selection, 'defer')
        if (directive) deferred.push({ set: fragment.selectionSet, ...directive })
        else if (!isSpread) collect(fragment.selectionSet)
        else if (!spread.has(selection.name.value)) {
          spread.add(selection.name.value)
          collect(fragment.selectionSet)
        }
      }
    }
    for (const set of sets) collect(set)
    return { fields, deferred }
  }

  /** The directive of that name where it stands at a selection and is not switched off. */
  directive(
    { directives = [] }: SelectionNode,
    name: 'defer' | 'stream',
  ): { readonly label: string } | undefined {
    const directive = directives.find(directive => directive.name.value === name)
    if (!directive) return undefined
    const values = new Map(directive.arguments?.map(({ name, value }) => [name.value, this.#valueOf(value)]))
    const label = values.get('label')
    return values.get('if') === false ? undefined : { label: typeof label === 'string' ? label : '' }
  }

  #valueOf(node: ValueNode): unknown {
    if (node.kind !== Kind.VARIABLE) return 'value' in node ? node.value : undefined
    this.usesVariables = true
    return this.#variables[node.name.value]
  }

  #isIncluded({ directives = [] }: SelectionNode): boolean {
    return directives.every(({ name, arguments: args = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return true
      const value = args.find(argument => argument.name.value === 'if')?.value
      return (value && this.#valueOf(value) === true) === (name.value === 'include')
    })
  }

  #isOn(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true
    const on = this.#schema.getType(condition)
    return isAbstractType(on) && this.#schema.isSubType(on, type)
  }
}
