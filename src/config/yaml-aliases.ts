import { type Alias, type Document, isAlias, isCollection, isPair, isScalar } from 'yaml'

export interface AliasProblem {
  readonly offset: number
  readonly message: string
}

interface Anchor {
  readonly node: ReturnType<Alias['resolve']>
  /** How many values stand below it; undefined until its end. */
  values: number | undefined
}

/** Ten thousand entries may share a hundred values each. */
const mostRepeated = 1_000_000

/**
 * Tells each alias of a document its anchor, and returns what is wrong with them. The values that they repeat are counted before
 * any is read, since a page of aliases can stand for billions. The parser bounds how often one is used, which says little, and
 * looks through all others for the anchor of each.
 */
export function resolveAliases(document: Document): readonly AliasProblem[] {
  const problems: AliasProblem[] = []
  const anchors = new Map<string, Anchor>()
  let repeated = 0

  const countAlias = (alias: Alias): number => {
    const { source, range } = alias
    const tell = (message: string) => void problems.push({ offset: range?.[0] ?? 0, message })
    const { node, values } = anchors.get(source) ?? {}
    if (!node) tell(`*${source} has no anchor before it`)
    else if (values === undefined) tell(`*${source} stands within what it repeats`)
    if (!node || values === undefined) return 1
    alias.resolve = () => node
    const were = repeated
    repeated += values
    if (were <= mostRepeated && repeated > mostRepeated)
      tell(`with *${source} the aliases of this file repeat more than ${mostRepeated} values`)
    return values
  }

  /** In the order of the text: an anchor takes the place of one before that has its name. */
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
