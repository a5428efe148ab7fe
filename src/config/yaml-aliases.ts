import { type Alias, type Document, isAlias, isCollection, isPair, isScalar } from 'yaml'

export interface AliasProblem {
  readonly offset: number
  readonly message: string
}

interface Anchor {
  readonly node: ReturnType<Alias['resolve']>
  /** How many values it contains; undefined until its end is reached. */
  values: number | undefined
}

/** Enough for ten thousand entries that share a hundred values each. */
const mostRepeated = 1_000_000

/**
 * Gives each alias of a document its anchor, and returns the problems. Counts the repeated values before reading any, since a
 * page of aliases can stand for billions. The parser only bounds how often one anchor is used, and searches all others for the
 * anchor of each alias.
 */
export function resolveAliases(document: Document): readonly AliasProblem[] {
  const problems: AliasProblem[] = []
  const anchors = new Map<string, Anchor>()
  let repeated = 0

  const countAlias = (alias: Alias): number => {
    const { source, range } = alias
    const report = (message: string) => void problems.push({ offset: range?.[0] ?? 0, message })
    const { node, values } = anchors.get(source) ?? {}
    if (!node) report(`*${source} has no anchor before it`)
    else if (values === undefined) report(`*${source} stands within what it repeats`)
    if (!node || values === undefined) return 1
    alias.resolve = () => node
    const were = repeated
    repeated += values
    if (were <= mostRepeated && repeated > mostRepeated)
      report(`with *${source} the aliases of this file repeat more than ${mostRepeated} values`)
    return values
  }

  /** In document order: an anchor replaces an earlier one of the same name. */
  const count = (node: unknown): number => {
    if (isAlias(node)) return countAlias(node)
    if (isPair(node)) return count(node.key) + count(node.value)
    if (!isScalar(node) && !isCollection(node)) return 0
    const anchor: Anchor = { node, values: undefined }
    if (node.anchor) anchors.set(node.anchor, anchor)
    anchor.values = isScalar(node) ? 1 : node.items.reduce<number>((sum, item) => sum + count(item), 1)
    return anchor.values
  }

  count(document.contents)
  return problems
}
