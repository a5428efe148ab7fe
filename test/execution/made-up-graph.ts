import { setTimeout as sleep } from 'node:timers/promises'
import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigMap,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLNullableType,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  type GraphQLType,
  GraphQLUnionType,
  Kind,
} from 'graphql'
import { BadInput } from '../../src/upstream/bad-input.ts'
import { UpstreamError } from '../../src/upstream/error.ts'

// A graph in which everything that may happen to a field happens: values, errors and nulls, at once and later, in lists,
// behind interfaces and unions, where null is allowed and where it is not.

const Moment = new GraphQLScalarType<Date, string>({
  name: 'Moment',
  parseValue: value => new Date(String(value)),
  parseLiteral: node => new Date(node.kind === Kind.STRING ? node.value : Number.NaN),
  serialize(value) {
    if (typeof value !== 'string') throw new TypeError('Moment cannot print a secret.')
    return value
  },
})
const Colour = new GraphQLEnumType({
  name: 'Colour',
  values: { RED: { value: 'red-inside' }, GREEN: { value: 2 }, BLUE: {} },
})
const Inner = new GraphQLInputObjectType({ name: 'Inner', fields: { since: { type: Moment } } })
const Filter = new GraphQLInputObjectType({
  name: 'Filter',
  fields: () => ({
    text: { type: GraphQLString, defaultValue: 'any' },
    colours: { type: new GraphQLList(new GraphQLNonNull(Colour)) },
    since: { type: Moment },
    inner: { type: Inner },
  }),
})

function list<Type extends GraphQLType>(type: Type) {
  return new GraphQLList(type)
}

function strict<Type extends GraphQLNullableType>(type: Type) {
  return new GraphQLNonNull(type)
}

function failure(): Error {
  return new UpstreamError('zenovay', 'UPSTREAM_TIMEOUT', 'zenovay did not answer.', { retryAfterSeconds: 3 })
}

function refuse(): never {
  throw new BadInput('No thing has this id.')
}

async function later<Value>(value: Value): Promise<Value> {
  await sleep(1)
  return value
}

/** Arguments have no order. */
function printed(args: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(args).sort(([one], [other]) => one.localeCompare(other))
  return JSON.stringify(members, (_key, value) => (value instanceof Date ? value.getTime() : value))
}

const thing = { name: 'a thing', missing: null, number: 7, colour: 'red-inside', at: 'then' }
const sample = { ...thing, kind: 'sample' }
const broken = { ...thing, kind: 'broken', name: null, number: 'seven', colour: 'no colour', at: 5 }

const common: () => GraphQLFieldConfigMap<Readonly<Record<string, unknown>>, unknown> = () => ({
  name: { type: GraphQLString },
  sureName: { type: strict(GraphQLString), resolve: ({ name }) => name },
  missing: { type: GraphQLString },
  number: { type: GraphQLInt },
  sureNumber: { type: strict(GraphQLInt), resolve: ({ number }) => later(number) },
  colour: { type: Colour },
  at: { type: Moment },
  sureAt: { type: strict(Moment), resolve: ({ at }) => at },
  wrong: { type: GraphQLString, resolve: () => failure() },
  held: { type: strict(GraphQLInt), resolve: () => failure() },
  refused: { type: GraphQLInt, resolve: refuse },
  rejected: { type: GraphQLInt, resolve: () => Promise.reject(failure()) },
  sureRejected: { type: strict(GraphQLInt), resolve: () => Promise.reject(failure()) },
  numbers: { type: list(GraphQLInt), resolve: () => [1, null, 3] },
  sureNumbers: { type: strict(list(strict(GraphQLInt))), resolve: () => later([1, 2, 3]) },
  moments: { type: list(Moment), resolve: () => ['then', null] },
  brokenNumbers: { type: list(GraphQLInt), resolve: () => [1, null, 'x', 3] },
  brokenSureNumbers: { type: list(strict(GraphQLInt)), resolve: () => later([1, null, 3]) },
  laterNumbers: { type: list(GraphQLInt), resolve: () => [later(1), 2] },
  noNumbers: { type: strict(list(GraphQLInt)), resolve: () => null },
  failedNumbers: { type: list(GraphQLInt), resolve: () => failure() },
  table: { type: list(list(strict(GraphQLInt))), resolve: () => [[1, 2], null, [3, null]] },
  echo: {
    type: GraphQLString,
    args: {
      text: { type: GraphQLString, defaultValue: 'nothing' },
      number: { type: GraphQLInt },
      flag: { type: GraphQLBoolean },
      id: { type: GraphQLID },
      colour: { type: Colour, defaultValue: 2 },
      since: { type: Moment },
      filter: { type: Filter },
      filters: { type: list(strict(Filter)) },
    },
    resolve: (_thing, args) => printed(args),
  },
  one: { type: Thing, resolve: () => sample },
  sureOne: { type: strict(Thing), resolve: () => later(broken) },
  noOne: { type: Thing, resolve: () => null },
  things: { type: list(Thing), resolve: () => [sample, null, failure(), later(broken), broken] },
  // One row that fails at once would leave the promises of those before it to nobody: here none does, nor in the real graph.
  sureThings: { type: list(strict(Thing)), resolve: () => later([later(sample), later(broken)]) },
  sureSamples: { type: list(strict(Sample)), resolve: () => [sample, sample] },
  laterThings: {
    type: list(Thing),
    resolve: () => [later(sample), Promise.resolve(failure()), later(broken)],
  },
  either: { type: list(Either), resolve: () => [broken, sample] },
  sample: { type: Sample, resolve: () => sample },
})

const Thing: GraphQLInterfaceType = new GraphQLInterfaceType({
  name: 'Thing',
  fields: common,
  resolveType: ({ kind }) => (kind === 'sample' ? 'Sample' : 'Broken'),
})
const Sample: GraphQLObjectType = new GraphQLObjectType({
  name: 'Sample',
  interfaces: [Thing],
  isTypeOf: ({ kind }) => kind === 'sample',
  fields: () => ({ ...common(), own: { type: strict(GraphQLString), resolve: () => 'own' } }),
})
const Broken: GraphQLObjectType = new GraphQLObjectType({
  name: 'Broken',
  interfaces: [Thing],
  fields: () => ({ ...common(), gone: { type: GraphQLString } }),
})
const Either: GraphQLUnionType = new GraphQLUnionType({
  name: 'Either',
  types: [Sample, Broken],
  resolveType: ({ kind }) => (kind === 'sample' ? 'Sample' : 'Broken'),
})

export const madeUpGraph = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', interfaces: [Thing], fields: common }),
  types: [Sample, Broken],
})
