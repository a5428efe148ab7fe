import fc from 'fast-check'

export interface MadeUpQuery {
  readonly text: string
  readonly variables: Readonly<Record<string, unknown>>
}

const leaves = [
  ...['__typename', 'name', 'sureName', 'missing', 'number', 'sureNumber', 'colour', 'at', 'sureAt', 'wrong'],
  ...['held', 'refused', 'rejected', 'sureRejected', 'numbers', 'sureNumbers', 'table', 'echo'],
  ...['moments', 'brokenNumbers', 'brokenSureNumbers', 'laterNumbers', 'noNumbers', 'failedNumbers'],
]
const calm = [
  '__typename',
  'name',
  'missing',
  'number',
  'colour',
  'numbers',
  'sureNumbers',
  'moments',
  'echo',
  'echo',
]
const branches = ['one', 'sureOne', 'noOne', 'things', 'sureThings', 'sureSamples', 'laterThings', 'sample']
const echoes = [
  ...[
    '',
    '(text: "x")',
    '(text: null)',
    '(text: $text, number: $number)',
    '(colour: RED)',
    '(colour: $colour)',
  ],
  ...[
    '(id: 5, flag: true)',
    '(since: $since)',
    '(filter: $filter)',
    '(filter: { inner: { since: $since } })',
  ],
  ...[
    '(filters: { colours: [RED, BLUE] })',
    '(filters: [{ since: $since, colours: $colours }])',
    '(number: 3)',
  ],
  ...['(filter: {})', '(filters: $filters)', '(since: "2026-11-21T09:00:00Z")'],
  ...['(filter: { inner: { since: "2026-11-21T09:00:00Z" } })', '(id: "x", number: null)'],
]

const directive = fc.constantFrom(
  ...['', '', '', '', ' @include(if: $yes)', ' @skip(if: $no)', ' @include(if: $no)', ' @skip(if: $yes)'],
  ...[' @skip(if: true)', ' @include(if: true)', ' @skip(if: $no) @include(if: $yes)'],
)

/** A field with arguments gets an alias of its own for them, so that any two fields of a place can be merged. */
function leaf(names: readonly string[]) {
  return fc
    .tuple(fc.constantFrom(...names), fc.nat(echoes.length - 1), directive)
    .map(([name, echo, when]) => {
      return name === 'echo' ? `echo${echo}: echo${echoes[echo]}${when}` : `${name}${when}`
    })
}

const selections = fc.letrec<{ set: string; selection: string }>(tie => {
  const set = fc
    .array(tie('selection'), { minLength: 1, maxLength: 4 })
    .map(parts => `{ ${parts.join(' ')} }`)
  const branch = fc
    .tuple(fc.constantFrom(...branches), directive, tie('set'))
    .map(([name, when, set]) => `${name}${when} ${set}`)
  const either = fc
    .tuple(directive, tie('set'), tie('set'))
    .map(([when, one, other]) => `either { ... on Sample${when} ${one} ... on Broken ${other} __typename }`)
  const inline = fc
    .tuple(fc.constantFrom('', ' on Thing', ' on Sample', ' on Broken'), directive, tie('set'))
    .map(([type, when, set]) => `...${type}${when} ${set}`)
  const spread = fc
    .tuple(fc.constantFrom('First', 'Second'), directive)
    .map(([name, when]) => `...${name}${when}`)
  return {
    set,
    selection: fc.oneof({ maxDepth: 3 }, leaf(calm), leaf(leaves), branch, inline, spread, either),
  }
})

const flat = fc.array(leaf(calm), { minLength: 1, maxLength: 3 }).map(parts => `{ ${parts.join(' ')} }`)

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 3 })
const variables = fc
  .record({
    text: optional(fc.constantFrom(null, 'given')),
    number: optional(fc.constantFrom(null, 4)),
    colour: optional(fc.constantFrom(null, 'RED', 'GREEN', 'BLUE')),
    colours: optional(fc.constantFrom(null, 'RED', ['RED', 'BLUE'])),
    since: optional(fc.constantFrom(null, '2026-11-21T00:00:00Z')),
    filter: optional(fc.constantFrom(null, {}, { text: 'y', inner: { since: '2026-11-21T00:00:00Z' } })),
    filters: optional(fc.constantFrom(null, [{ colours: 'GREEN' }], { text: null })),
    no: optional(fc.boolean()),
    yes: fc.boolean(),
  })
  // One that is undefined is not given at all.
  .map(values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)))

/** Queries of the made-up graph, with fragments and directives everywhere, and values for their variables. */
export const madeUpQueries: fc.Arbitrary<MadeUpQuery> = fc
  .tuple(selections.set, flat, flat, variables)
  .map(([set, first, second, variables]) => ({
    text: [
      `query Made($text: String = "default", $number: Int, $colour: Colour, $colours: [Colour!], $since: Moment,`,
      `$filter: Filter, $filters: [Filter!], $no: Boolean! = false, $yes: Boolean!) ${set.replace('{', '{ ...Start ')}`,
      `fragment Start on Query { name } fragment First on Thing ${first} fragment Second on Thing ${second}`,
    ].join('\n'),
    variables,
  }))
