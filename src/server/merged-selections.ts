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
} from 'graphql'

export type Variables = Readonly<Record<string, unknown>>

/** Thrown once more selections were read than any operation of a fair size has. */
export class TooManySelections extends Error {
  override readonly name = 'TooManySelections'
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

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode, variables: Variables, most: number) {
    this.#schema = schema
    this.#variables = variables
    this.#most = most
    this.#fragments = new Map(
      definitions
        .filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map(fragment => [fragment.name.value, fragment]),
    )
  }

  /** The fields of an object that several selection sets ask for, by response key. Throws TooManySelections. */
  fieldsOf(
    type: GraphQLObjectType,
    sets: Iterable<SelectionSetNode>,
  ): ReadonlyMap<string, readonly FieldNode[]> {
    const fields = new Map<string, FieldNode[]>()
    const spread = new Set<string>()
    const collect = ({ selections }: SelectionSetNode): void => {
      this.#read += selections.length
      if (this.#read > this.#most) throw new TooManySelections()
      for (const selection of selections) {
        if (!this.#isIncluded(selection)) continue
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value
          fields.getOrInsertComputed(key, () => []).push(selection)
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (this.#isOn(selection.typeCondition?.name.value, type)) collect(selection.selectionSet)
        } else if (!spread.has(selection.name.value)) {
          spread.add(selection.name.value)
          const fragment = this.#fragments.get(selection.name.value)
          if (fragment && this.#isOn(fragment.typeCondition.name.value, type)) collect(fragment.selectionSet)
        }
      }
    }
    for (const set of sets) collect(set)
    return fields
  }

  #isIncluded({ directives = [] }: SelectionNode): boolean {
    return directives.every(({ name, arguments: args = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return true
      const value = args.find(argument => argument.name.value === 'if')?.value
      if (value?.kind === Kind.VARIABLE) this.usesVariables = true
      const isSet =
        value?.kind === Kind.VARIABLE
          ? this.#variables[value.name.value] === true
          : value?.kind === Kind.BOOLEAN && value.value
      return isSet === (name.value === 'include')
    })
  }

  #isOn(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true
    const on = this.#schema.getType(condition)
    return isAbstractType(on) && this.#schema.isSubType(on, type)
  }
}
