import fc from 'fast-check'

/** A made-up operation, written in several ways that ask for the same. */
export interface MadeUpOperation {
  readonly selections: readonly Selection[]
  readonly texts: readonly string[]
}

interface Selection {
  readonly edge: Edge
  /** How many rows are asked for. */
  readonly rows: number
  readonly selections: readonly Selection[]
  /** How it stands in its set: bare, in an inline fragment, or in a fragment that is spread twice. */
  readonly form: 'bare' | 'inline' | 'spread'
}

/** A field of the graph, as whoever knows the schema by heart would weigh it. */
interface Edge {
  readonly from: string
  readonly to: string | null
  write(rows: number, alias: string, inner: string): string
  /** By hand: of what is asked below for one row of it. */
  cost(rows: number, inner: number): number
}

const day = 'range: { utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" } }'
const edges: readonly Edge[] = [
  {
    from: 'Query',
    to: 'Location',
    write: (_rows, alias, inner) => `${alias}: location(by: { id: "a" }) ${inner}`,
    cost: (_rows, inner) => 1 + inner,
  },
  {
    from: 'Query',
    to: 'Location',
    write: (rows, alias, inner) => `${alias}: locations(first: ${rows}) { nodes ${inner} }`,
    cost: (rows, inner) => 1 + rows * (1 + inner),
  },
  {
    from: 'Query',
    to: 'Website',
    write: (rows, alias, inner) => `${alias}: websites(first: ${rows}) { edges { node ${inner} } }`,
    cost: (rows, inner) => 10 + rows * (1 + 1 + inner),
  },
  {
    from: 'Query',
    to: 'Location',
    write: (rows, alias, inner) =>
      `${alias}: nodes(ids: ${JSON.stringify(Array(rows).fill('Location:a'))}) { ... on Location ${inner} }`,
    cost: (rows, inner) => rows * (1 + inner),
  },
  {
    from: 'Location',
    to: 'TrafficSeries',
    write: (_rows, alias, inner) => `${alias}: traffic(${day}, metrics: [VISITS, BOUNCES]) ${inner}`,
    cost: (_rows, inner) => 10 + 2 * (1 + inner),
  },
  { from: 'Location', to: null, write: (_rows, alias) => `${alias}: name`, cost: () => 0 },
  {
    from: 'TrafficSeries',
    to: null,
    write: (_rows, alias) => `${alias}: points { at value }`,
    cost: () => 25,
  },
  {
    from: 'TrafficSeries',
    to: null,
    write: (_rows, alias) => `${alias}: columns { values }`,
    cost: () => 1 + 1,
  },
  {
    from: 'Website',
    to: 'View',
    write: (rows, alias, inner) => `${alias}: views(first: ${rows}) { nodes ${inner} }`,
    cost: (rows, inner) => 10 + rows * (1 + inner),
  },
  { from: 'Website', to: null, write: (_rows, alias) => `${alias}: name`, cost: () => 10 },
  {
    from: 'View',
    to: 'Website',
    write: (_rows, alias, inner) => `${alias}: website ${inner}`,
    cost: (_rows, inner) => 1 + inner,
  },
  { from: 'View', to: null, write: (_rows, alias) => `${alias}: totalInteractions`, cost: () => 10 },
  { from: 'View', to: null, write: (_rows, alias) => `${alias}: path`, cost: () => 0 },
]

function selectionsOf(type: string, levels: number): fc.Arbitrary<readonly Selection[]> {
  const own = edges.filter(({ from, to }) => from === type && (to === null || levels > 0))
  const selection = fc
    .record({
      edge: fc.constantFrom(...own),
      rows: fc.integer({ min: 1, max: 20 }),
      form: fc.constantFrom('bare' as const, 'bare' as const, 'inline' as const, 'spread' as const),
    })
    .chain(made =>
      (made.edge.to === null ? fc.constant([]) : selectionsOf(made.edge.to, levels - 1)).map(selections => ({
        ...made,
        selections,
      })),
    )
  return fc.array(selection, { minLength: own.length > 0 ? 1 : 0, maxLength: 3 })
}

export const madeUpOperations: fc.Arbitrary<MadeUpOperation> = selectionsOf('Query', 4).map(selections => ({
  selections,
  texts: [write(selections, true, 'a'), write(selections, false, 'a'), write(selections, true, 'other_')],
}))

/** The cost of all that is asked, one by one. */
export function allCost({ selections }: Pick<MadeUpOperation, 'selections'>): number {
  return selections
    .map(({ edge, rows, selections }) => edge.cost(rows, allCost({ selections })))
    .reduce((sum, cost) => sum + cost, 0)
}

function write(selections: readonly Selection[], withFragments: boolean, prefix: string): string {
  const fragments: string[] = []
  let count = 0
  const writeSet = (type: string, all: readonly Selection[]): string => {
    const parts = all.map(({ edge, rows, selections, form }) => {
      const alias = `${prefix}${count++}`
      const text = edge.write(rows, alias, edge.to === null ? '' : writeSet(edge.to, selections))
      if (!withFragments || form === 'bare') return text
      if (form === 'inline') return `... on ${type} { ${text} }`
      fragments.push(`fragment F${fragments.length} on ${type} { ${text} }`)
      return `...F${fragments.length - 1} ...F${fragments.length - 1}`
    })
    return `{ __typename ${parts.join(' ')} }`
  }
  const operation = writeSet('Query', selections)
  return [operation, ...fragments].join('\n')
}
