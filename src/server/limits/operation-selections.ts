import type {
  DocumentNode,
  GraphQLObjectType,
  GraphQLSchema,
  SelectionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql'
import { Kind } from 'graphql'
import {
  appliesTo,
  type Deferral,
  deferralOf,
  type Fragments,
  fragmentsOf,
  type MergedSelections,
  mergeSelections,
  type Variables,
} from '../../execution/selections.ts'

/** Thrown when an operation has more selections than any of a fair size. */
export class TooManySelections extends Error {
  override readonly name = 'TooManySelections'
}

/**
 * Reads the selections of one operation as its execution merges them, up to `most` selections. Variables are those of the
 * operation, coerced. Directives are read leniently: invalid arguments are refused elsewhere.
 */
export class OperationSelections {
  /** Whether anything read so far depends on a variable. */
  usesVariables = false
  readonly #schema: GraphQLSchema
  readonly #variables: Variables
  readonly #fragments: Fragments
  readonly #most: number
  #read = 0

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Variables, most: number) {
    this.#schema = schema
    this.#variables = variables
    this.#most = most
    this.#fragments = fragmentsOf(document)
  }

  /** Merges what several selection sets ask of one object. Throws TooManySelections. */
  of(type: GraphQLObjectType, sets: Iterable<SelectionSetNode>): MergedSelections {
    return mergeSelections(sets, {
      fragments: this.#fragments,
      isIncluded: node => {
        if (++this.#read > this.#most) throw new TooManySelections()
        return this.#isIncluded(node)
      },
      applies: condition => appliesTo(this.#schema, condition, type),
      deferralOf: node => this.deferral(node, 'defer'),
    })
  }

  /** Undefined if the directive is missing or switched off by `if: false`. */
  deferral(node: SelectionNode, name: 'defer' | 'stream'): Deferral | undefined {
    return deferralOf(node, name, value => this.#valueOf(value))
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
}
