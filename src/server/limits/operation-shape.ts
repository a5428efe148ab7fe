import {
  type DirectiveNode,
  type DocumentNode,
  type GraphQLError,
  Kind,
  Lexer,
  type SelectionSetNode,
  Source,
  TokenKind,
  type ValueNode,
} from 'graphql'
import type { ShapeLimits } from './operation-limits.ts'
import { operationRefusal } from './operation-refusal.ts'

/**
 * Checks the size of a text token by token, before parsing: the recursive parser would overflow the stack on
 * thousands of brackets. Undefined if the size is fine, even if the text does not parse.
 */
export function textRefusal(source: string | Source, limits: ShapeLimits): GraphQLError | undefined {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source)
  let tokens = 0
  let depth = 0
  let directives = 0
  for (;;) {
    const { kind } = nextToken(lexer)
    if (kind === TokenKind.EOF) return undefined
    if (++tokens > limits.tokens) return tooMany('tokens', limits.tokens)
    if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L) {
      if (++depth > limits.depth) return tooDeep(limits)
    } else if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R) depth--
    else if (kind === TokenKind.AT && ++directives > limits.directives)
      return tooMany('directives', limits.directives)
  }
}

/** Checks the depth through fragments and the number of aliases. The size of the text must have been checked. */
export function documentRefusal(document: DocumentNode, limits: ShapeLimits): GraphQLError | undefined {
  const outlines = document.definitions.map(outlineOf)
  const aliases = outlines.reduce((sum, outline) => sum + outline.aliases, 0)
  if (aliases > limits.aliases) return tooMany('aliases', limits.aliases)
  return isTooDeep(outlines, limits.depth) ? tooDeep(limits) : undefined
}

/** Checks the depth of variables level by level, as they may be nested as deep as a body is long. */
export function variablesRefusal(variables: unknown, { depth }: ShapeLimits): GraphQLError | undefined {
  let level = childrenOf(variables)
  for (let nested = 1; level.length > 0; nested++) {
    if (nested > depth)
      return operationRefusal(`Variables may be nested ${depth} levels deep at most.`, 'BAD_USER_INPUT')
    level = level.flatMap(childrenOf)
  }
  return undefined
}

/** The lists and objects directly inside a list or an object. */
function childrenOf(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).filter(child => typeof child === 'object' && child !== null)
}

function tooMany(what: string, most: number): GraphQLError {
  return operationRefusal(`An operation may hold ${most} ${what} at most.`, 'GRAPHQL_VALIDATION_FAILED')
}

function tooDeep({ depth }: ShapeLimits): GraphQLError {
  const message = `Selections and values may be nested ${depth} levels deep at most, through fragments too.`
  return operationRefusal(message, 'GRAPHQL_VALIDATION_FAILED')
}

/** Stops at an invalid character, which the parser will report. */
function nextToken(lexer: Lexer): { readonly kind: TokenKind } {
  try {
    return lexer.advance()
  } catch {
    return { kind: TokenKind.EOF }
  }
}

/** What a definition adds to the depth where it is spread. */
interface Outline {
  /** Undefined for an operation. */
  readonly name: string | undefined
  readonly spreads: { readonly name: string; readonly depth: number }[]
  aliases: number
  deepest: number
}

/** Recurses no deeper than the brackets of the text, which were counted before. */
function outlineOf(definition: DocumentNode['definitions'][number]): Outline {
  const name = definition.kind === Kind.FRAGMENT_DEFINITION ? definition.name.value : undefined
  const outline: Outline = { name, spreads: [], aliases: 0, deepest: 0 }
  const reach = (depth: number) => {
    outline.deepest = Math.max(outline.deepest, depth)
  }
  const lookAtValue = (value: ValueNode, depth: number): void => {
    if (value.kind === Kind.LIST) {
      reach(depth + 1)
      for (const member of value.values) lookAtValue(member, depth + 1)
    } else if (value.kind === Kind.OBJECT) {
      reach(depth + 1)
      for (const field of value.fields) lookAtValue(field.value, depth + 1)
    }
  }
  const lookAtDirectives = (directives: readonly DirectiveNode[] = [], depth: number): void => {
    for (const directive of directives)
      for (const argument of directive.arguments ?? []) lookAtValue(argument.value, depth)
  }
  const look = ({ selections }: SelectionSetNode, depth: number): void => {
    reach(depth)
    for (const selection of selections) {
      lookAtDirectives(selection.directives, depth)
      if (selection.kind === Kind.FRAGMENT_SPREAD) outline.spreads.push({ name: selection.name.value, depth })
      else if (selection.selectionSet) look(selection.selectionSet, depth + 1)
      if (selection.kind !== Kind.FIELD) continue
      if (selection.alias) outline.aliases++
      for (const argument of selection.arguments ?? []) lookAtValue(argument.value, depth)
    }
  }
  if ('selectionSet' in definition) look(definition.selectionSet, 1)
  return outline
}

/**
 * Whether a definition is deeper than `most` through its fragments, or fragments form a circle so long that following
 * it would overflow the stack. Validation reports shorter circles. Does not recurse.
 */
function isTooDeep(outlines: readonly Outline[], most: number): boolean {
  const fragments = new Map(outlines.flatMap(outline => (outline.name ? [[outline.name, outline]] : [])))
  const totals = new Map<Outline, number>()
  const open = new Set<Outline>()
  for (const root of outlines) {
    if (totals.has(root)) continue
    const path = [{ outline: root, next: 0, depth: root.deepest }]
    open.add(root)
    for (let frame = path.at(-1); frame; frame = path.at(-1)) {
      const { outline } = frame
      const spread = outline.spreads[frame.next]
      if (!spread) {
        totals.set(outline, frame.depth)
        open.delete(outline)
        if (frame.depth > most) return true
        path.pop()
        continue
      }
      const fragment = fragments.get(spread.name)
      const total = fragment && totals.get(fragment)
      if (!fragment || total !== undefined) {
        frame.depth = Math.max(frame.depth, spread.depth + (total ?? 0))
        frame.next++
      } else if (!open.has(fragment)) {
        open.add(fragment)
        path.push({ outline: fragment, next: 0, depth: fragment.deepest })
      } else if (fragments.size > most) return true
      else frame.next++
    }
  }
  return false
}
