import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql'

/** The coerced variables of one operation. */
export type Variables = Readonly<Record<string, unknown>>

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/** A document's fragments by name. */
export function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = definitions.filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(fragments.map(fragment => [fragment.name.value, fragment]))
}

/** The variables that directives such as `@skip` read, anywhere in the document. */
export function switchesOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ arguments: args = [] }) {
      for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

/** Whether `@skip` or `@include` leaves a selection out. Throws GraphQLError if their arguments are invalid. */
export function isLeftOut(node: SelectionNode, variables: Variables): boolean {
  if (!node.directives?.length) return false
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)
  return skip?.if === true || include?.if === false
}

/** How `@defer` or `@stream` stands at a selection. */
export interface Deferral {
  readonly label: string | undefined
}

/** Undefined if the directive is missing or switched off by `if: false`. Invalid arguments are refused elsewhere. */
export function deferralOf(
  { directives = [] }: SelectionNode,
  name: 'defer' | 'stream',
  read: (node: ValueNode) => unknown,
): Deferral | undefined {
  const directive = directives.find(directive => directive.name.value === name)
  if (!directive) return undefined
  const values = new Map(directive.arguments?.map(({ name, value }) => [name.value, read(value)]))
  const label = values.get('label')
  return values.get('if') === false ? undefined : { label: typeof label === 'string' ? label : undefined }
}

/** Whether a fragment with that type condition applies to objects of a type. */
export function appliesTo(
  schema: GraphQLSchema,
  condition: string | undefined,
  type: GraphQLObjectType,
): boolean {
  if (condition === undefined || condition === type.name) return true
  const on = schema.getType(condition)
  return isAbstractType(on) && schema.isSubType(on, type)
}

export interface MergeRules {
  readonly fragments: Fragments
  /** Called once for each selection that is read. */
  readonly isIncluded: (node: SelectionNode) => boolean
  /** Whether fragments with that type condition apply. */
  readonly applies: (condition: string | undefined) => boolean
  /** What defers a fragment. Undefined merges its selections with the others. */
  readonly deferralOf: (node: SelectionNode) => Deferral | undefined
}

export interface MergedSelections {
  /** By response key, in the order of the response. */
  readonly fields: ReadonlyMap<string, readonly FieldNode[]>
  /** Fragments that are executed by themselves, later. */
  readonly deferred: readonly { readonly set: SelectionSetNode; readonly deferral: Deferral }[]
}

/** Merges the selections of one object as execution does (GraphQL, CollectFields). Each named fragment is merged once. */
export function mergeSelections(
  sets: Iterable<SelectionSetNode>,
  { fragments, isIncluded, applies, deferralOf }: MergeRules,
): MergedSelections {
  const fields = new Map<string, FieldNode[]>()
  const deferred: { set: SelectionSetNode; deferral: Deferral }[] = []
  const merged = new Set<SelectionSetNode>()
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (!isIncluded(selection)) continue
      if (selection.kind === Kind.FIELD) {
        fields.getOrInsertComputed(selection.alias?.value ?? selection.name.value, () => []).push(selection)
        continue
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
      if (!fragment || !applies(fragment.typeCondition?.name.value)) continue
      const { selectionSet } = fragment
      const deferral = deferralOf(selection)
      if (deferral !== undefined) deferred.push({ set: selectionSet, deferral })
      else if (!merged.has(selectionSet)) {
        merged.add(selectionSet)
        collect(selectionSet)
      }
    }
  }
  for (const set of sets) collect(set)
  return { fields, deferred }
}
