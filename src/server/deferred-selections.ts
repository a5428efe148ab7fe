import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'

type Variables = Readonly<Record<string, unknown>>
export type Path = readonly (string | number)[]

/** What will come later of an object (`@defer`) or a list (`@stream`). */
export interface Deferred {
  readonly kind: 'defer' | 'stream'
  readonly path: Path
  readonly label: string | undefined
  /** What is asked of the object, or of each row. */
  readonly sets: readonly SelectionSetNode[]
}

/**
 * Finds what a document defers of data that is there. The types of objects are not looked at: a fragment on another type, which
 * never comes, is among what is found.
 */
export class DeferredSelections {
  readonly #fragments: ReadonlyMap<string, SelectionSetNode>
  readonly #variables: Variables
  /** Whether something in a selection set, as deep as it goes, is deferred. */
  readonly #defers = new WeakMap<SelectionSetNode, boolean>()

  /** Variables are those of the operation, coerced. */
  constructor({ definitions }: DocumentNode, variables: Variables) {
    this.#variables = variables
    this.#fragments = new Map(
      definitions
        .filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map(fragment => [fragment.name.value, fragment.selectionSet]),
    )
  }

  in(data: unknown, sets: readonly SelectionSetNode[], path: Path): readonly Deferred[] {
    if (!sets.some(set => this.#defersIn(set))) return []
    if (Array.isArray(data)) return data.flatMap((row, index) => this.in(row, sets, [...path, index]))
    if (typeof data !== 'object' || data === null) return []
    const { fields, deferred } = this.#collect(sets)
    const values = new Map<string, unknown>(Object.entries(data))
    const here = deferred.map(found => ({ ...found, path }))
    const below = [...fields].flatMap(([key, nodes]) => {
      const value = values.get(key)
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
      const stream = nodes[0] && this.#find(nodes[0], 'stream')
      const at = [...path, key]
      const rows: Deferred[] =
        stream && Array.isArray(value) ? [{ kind: 'stream', path: at, label: stream.label, sets: inner }] : []
      return [...rows, ...this.in(value, inner, at)]
    })
    return [...here, ...below]
  }

  /** Whether data may be what came of a deferred fragment: of several at one place the fields tell which. */
  fits({ sets }: Deferred, data: unknown): boolean {
    const keys = this.#collect(sets).fields.keys()
    return typeof data === 'object' && data !== null && keys.every(key => Object.hasOwn(data, key))
  }

  #defersIn(set: SelectionSetNode): boolean {
    const known = this.#defers.get(set)
    if (known !== undefined) return known
    const defers = set.selections.some(
      node =>
        node.directives?.some(({ name }) => name.value === 'defer' || name.value === 'stream') ||
        [node.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(node.name.value) : node.selectionSet].some(
          inner => inner && this.#defersIn(inner),
        ),
    )
    this.#defers.set(set, defers)
    return defers
  }

  #collect(sets: readonly SelectionSetNode[]) {
    const fields = new Map<string, FieldNode[]>()
    const deferred: Omit<Deferred, 'path'>[] = []
    const spread = new Set<string>()
    const look = ({ selections }: SelectionSetNode): void => {
      for (const node of selections) {
        if (this.#isLeftOut(node)) continue
        if (node.kind === Kind.FIELD) {
          fields.getOrInsertComputed(node.alias?.value ?? node.name.value, () => []).push(node)
          continue
        }
        const set =
          node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet : this.#fragments.get(node.name.value)
        const defer = this.#find(node, 'defer')
        if (set && defer) deferred.push({ kind: 'defer', label: defer.label, sets: [set] })
        else if (set && !(node.kind === Kind.FRAGMENT_SPREAD && spread.has(node.name.value))) {
          if (node.kind === Kind.FRAGMENT_SPREAD) spread.add(node.name.value)
          look(set)
        }
      }
    }
    for (const set of sets) look(set)
    return { fields, deferred }
  }

  #isLeftOut(node: SelectionNode): boolean {
    if (!node.directives?.length) return false
    const skip = getDirectiveValues(GraphQLSkipDirective, node, this.#variables)
    const include = getDirectiveValues(GraphQLIncludeDirective, node, this.#variables)
    return skip?.if === true || include?.if === false
  }

  /** The directive where it stands at a selection and is not switched off. */
  #find(
    { directives = [] }: SelectionNode,
    name: string,
  ): { readonly label: string | undefined } | undefined {
    const directive = directives.find(directive => directive.name.value === name)
    if (!directive || this.#valueOf(argumentOf(directive, 'if')) === false) return undefined
    const label = this.#valueOf(argumentOf(directive, 'label'))
    return { label: typeof label === 'string' ? label : undefined }
  }

  #valueOf(node: ValueNode | undefined): unknown {
    if (node?.kind === Kind.VARIABLE) return this.#variables[node.name.value]
    return node && 'value' in node ? node.value : undefined
  }
}

function argumentOf({ arguments: args = [] }: DirectiveNode, name: string): ValueNode | undefined {
  return args.find(argument => argument.name.value === name)?.value
}
