import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode, type ValueNode } from 'graphql'
import {
  type Deferral,
  deferralOf,
  type Fragments,
  fragmentsOf,
  isLeftOut,
  mergeSelections,
  type Variables,
} from '../../execution/selections.ts'

export type Path = readonly (string | number)[]

/** The parts of an object (`@defer`) or a list (`@stream`) that come later. */
export interface Deferred {
  readonly kind: 'defer' | 'stream'
  readonly path: Path
  readonly label: string | undefined
  /** The selections of the object, or of each row. */
  readonly sets: readonly SelectionSetNode[]
}

/** Twice the bound of increments: fragments on a type that never comes cost nothing, and may multiply in each other. */
const mostFound = 4000

/**
 * Finds what a document defers below data that has arrived. Ignores the types of objects: a deferred fragment on
 * another type, which never comes, is found too.
 */
export class DeferredSelections {
  readonly #fragments: Fragments
  readonly #variables: Variables
  /** Whether anything in a selection set is deferred, at any depth. */
  readonly #defers = new WeakMap<SelectionSetNode, boolean>()
  /** How many more deferred fragments are searched for in advance. Others are still recognised when they come. */
  #left = mostFound

  /** `variables` are those of the operation, coerced. */
  constructor(document: DocumentNode, variables: Variables) {
    this.#variables = variables
    this.#fragments = fragmentsOf(document)
  }

  in(data: unknown, sets: readonly SelectionSetNode[], path: Path): readonly Deferred[] {
    if (!sets.some(set => this.#defersIn(set))) return []
    if (Array.isArray(data)) return data.flatMap((row, index) => this.in(row, sets, [...path, index]))
    if (typeof data !== 'object' || data === null) return []
    return [...this.#at(sets, path), ...this.below(data, sets, path)]
  }

  /** Without the object's own deferred parts. */
  below(data: unknown, sets: readonly SelectionSetNode[], path: Path): readonly Deferred[] {
    const values = new Map<string, unknown>(Object.entries(Object(data)))
    return [...this.#merge(sets).fields].flatMap(([key, nodes]) => {
      const value = values.get(key)
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
      const stream = nodes[0] && this.#deferral(nodes[0], 'stream')
      const at = [...path, key]
      const rows: Deferred[] =
        stream && Array.isArray(value) ? [{ kind: 'stream', path: at, label: stream.label, sets: inner }] : []
      return [...rows, ...this.in(value, inner, at)]
    })
  }

  /** A deferred fragment in a deferred fragment of the same object is executed beside it, and may come before it. */
  #at(sets: readonly SelectionSetNode[], path: Path): readonly Deferred[] {
    const found: Deferred[] = []
    for (const { set, deferral } of this.#merge(sets).deferred) {
      if (this.#left-- <= 0) break
      found.push({ kind: 'defer', path, label: deferral.label, sets: [set] }, ...this.#at([set], path))
    }
    return found
  }

  /** Whether data has the fields of a deferred fragment, to distinguish several of one object. */
  fits({ sets }: Deferred, data: unknown): boolean {
    const keys = this.#merge(sets).fields.keys()
    return typeof data === 'object' && data !== null && keys.every(key => Object.hasOwn(data, key))
  }

  #defersIn(set: SelectionSetNode): boolean {
    const known = this.#defers.get(set)
    if (known !== undefined) return known
    const defers = set.selections.some(
      node =>
        node.directives?.some(({ name }) => name.value === 'defer' || name.value === 'stream') ||
        this.#defersBelow(node),
    )
    this.#defers.set(set, defers)
    return defers
  }

  #defersBelow(node: SelectionNode): boolean {
    const { selectionSet } =
      (node.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(node.name.value) : node) ?? {}
    return selectionSet !== undefined && this.#defersIn(selectionSet)
  }

  #merge(sets: readonly SelectionSetNode[]) {
    return mergeSelections(sets, {
      fragments: this.#fragments,
      isIncluded: node => !isLeftOut(node, this.#variables),
      applies: () => true,
      deferralOf: node => this.#deferral(node, 'defer'),
    })
  }

  #deferral(node: SelectionNode, name: 'defer' | 'stream'): Deferral | undefined {
    return deferralOf(node, name, value => this.#valueOf(value))
  }

  #valueOf(node: ValueNode): unknown {
    if (node.kind === Kind.VARIABLE) return this.#variables[node.name.value]
    return 'value' in node ? node.value : undefined
  }
}
