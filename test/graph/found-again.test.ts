import fc from 'fast-check'
import { type GraphQLObjectType, getNamedType, isInputObjectType, isObjectType } from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../schema/index.ts'
import { isUuid } from '../../src/upstream/uuid.ts'
import { askText } from '../support/client.ts'
import { propertyRuns } from '../support/property-runs.ts'
import { serve } from '../support/serving.ts'
import { entities, type HandsOut, handedOutBy, keysOf, wholeOf } from './handing-out.ts'
import { catalogOf, oddWorld, script, servePostHog } from './odd-world.ts'

type Thing = Readonly<Record<string, unknown>> & { readonly __typename: string; readonly id: string }
type Ask = (query: string) => Promise<Record<string, unknown>>

const floor = `range: { start: "2025-06-02T00:00:00Z", end: "2025-06-04T00:00:00Z" }, types: [PATH, EXIT], roles: ["${'ü'.repeat(900)}", "\\""]`
/** What a list cannot be asked without, and what narrows it. A new list that needs something fails until it is told here. */
const listArguments: Readonly<Record<string, string>> = {
  'Brand.traffic': 'range: { utc: { start: "2025-06-02T00:00:00Z", end: "2025-06-03T00:00:00Z" } }',
  'Location.heatmaps': floor,
  'Location.heatmapConnection': floor,
  'Query.snapshots': 'viewName: "/pricing"',
}

/** How one thing is asked by fields that take what it tells of itself, apart from those that take `by`. */
const finders: Readonly<Record<string, (thing: Thing) => readonly string[]>> = {
  'Query.brand': ({ brandId }) => [`brand(id: ${brandId}) { ...whole }`],
  'Query.pageHeatmap': ({ id, uuid, shortId }) => {
    const [, kind, scope] = /^PageHeatmap:(\w+):(.*):[^:]+$/s.exec(id) ?? []
    return [uuid, shortId]
      .filter(known => known !== null && (known === shortId || isUuid(String(known))))
      .map(known => `pageHeatmap(${kind}Id: ${printed(scope)}, id: ${printed(known)}) { ...whole }`)
  },
  'Website.view': ({ path, website }) => {
    const { id } = Object(website)
    return [`node(id: ${printed(id)}) { ... on Website { only: view(path: ${printed(path)}) { ...whole } } }`]
  },
}

test('whatever a list hands out is found again as the same thing, by its id and by each key of it', async () => {
  await fc.assert(
    fc.asyncProperty(oddWorld, async world => {
      await using posthog = await servePostHog(world)
      const environment = {
        ...posthog.environment,
        POSTHOG_PER_MINUTE: '100000',
        POSTHOG_PER_HOUR: '100000',
        ISOTHERM_CACHE_BYTES: undefined,
        ISOTHERM_MAX_COST: '100000000',
      }
      await using served = await serve({ catalog: JSON.stringify(catalogOf(world)), environment })
      script(world, served.sandbox)
      const ask: Ask = async query => {
        const { data, errors } = await askText<Record<string, unknown>>(served.origin, query)
        expect(errors.slice(0, 3), query.slice(0, 1000)).toEqual([])
        return data
      }
      const things = await everything(ask, `brand(id: ${world.brand.id}) ${wholeOf(named('Brand'))}`)
      for (const type of entities) {
        const some = things.filter(({ __typename }) => __typename === type.name)
        if (some.length > 0) await findAgain(ask, type, some)
      }
    }),
    { numRuns: propertyRuns(4), endOnFailure: true },
  )
}, 600_000)

/** What every list of the graph hands out, and the lists of a few things of each type. */
async function everything(ask: Ask, seed: string): Promise<Thing[]> {
  const things = new Map<string, Thing>()
  const walked = new Map<string, number>()
  const waiting = await handedOut(ask, { __typename: 'Query', id: '' })
  waiting.push(...thingsIn(await ask(`{ ${seed} }`)))
  for (let thing = waiting.shift(); thing; thing = waiting.shift()) {
    const name = JSON.stringify([thing.id, thing.viewName])
    const known = things.get(name)
    if (known) expect(thing).toEqual(known)
    if (known) continue
    things.set(name, thing)
    const count = walked.get(thing.__typename) ?? 0
    walked.set(thing.__typename, count + 1)
    if (count < 5) waiting.push(...(await handedOut(ask, thing)))
  }
  return [...things.values()]
}

/** What the lists of a thing hold. Behind each cursor of theirs comes the row that comes next. */
async function handedOut(ask: Ask, owner: Thing): Promise<Thing[]> {
  const lists = listsOf(owner.__typename)
  const answers = await askBelow(
    ask,
    owner,
    lists.map(list => fieldOf(list, list.isPaged ? ['first: 100'] : [])),
  )
  const found = lists.map((list, index) => ({ list, rows: rowsOf(list, answers[index]) }))
  const turns = found.flatMap(({ list, rows }) =>
    rows.flatMap(({ cursor }, index) =>
      cursor === undefined ? [] : [{ list, cursor, next: rows.slice(index + 1, index + 2) }],
    ),
  )
  const turned = await askBelow(
    ask,
    owner,
    turns.map(({ list, cursor }) => fieldOf(list, ['first: 1', `after: ${printed(cursor)}`])),
  )
  for (const [index, { list, next }] of turns.entries())
    expect(things(rowsOf(list, turned[index])), `${owner.id} ${list.field}`).toEqual(things(next))
  return found.flatMap(({ rows }) => things(rows))
}

function things(rows: readonly Row[]): Thing[] {
  return rows.map(({ thing }) => thing)
}

function listsOf(owner: string): readonly HandsOut[] {
  return handedOutBy(named(owner)).filter(({ field, required }) => {
    const isFinder = required.some(name => name === 'by' || name === 'representations')
    return !isFinder && !finders[`${owner}.${field}`]
  })
}

function fieldOf({ owner, field, type, isPaged, below }: HandsOut, page: readonly string[]): string {
  const given = [listArguments[`${owner}.${field}`] ?? [], ...page].flat()
  const row = below ? `{ ${below} ${wholeOf(type)} }` : wholeOf(type)
  return `${field}${given.length > 0 ? `(${given.join(', ')})` : ''} ${isPaged ? `{ edges { cursor node ${row} } }` : row}`
}

interface Row {
  readonly thing: Thing
  /** Of a list that is paged. */
  readonly cursor?: string
}

function rowsOf({ below }: HandsOut, value: unknown): Row[] {
  const { edges } = Object(value)
  if (!edges) return thingsIn(value).map(thing => ({ thing }))
  const rows: { cursor: string; node: Thing }[] = edges
  return rows.flatMap(({ cursor, node }) =>
    thingsIn(below ? node[below] : node).map(thing => ({ thing, cursor })),
  )
}

/** A thing, those in a list, and those that something holds. */
function thingsIn(value: unknown): Thing[] {
  if (!value || typeof value !== 'object') return []
  return '__typename' in value ? [value as Thing] : Object.values(value).flatMap(thingsIn)
}

/** The values of fields of one thing, in their order. */
async function askBelow(ask: Ask, owner: Thing, fields: readonly string[]): Promise<unknown[]> {
  if (fields.length === 0) return []
  const { __typename: type } = owner
  const all = fields.map((field, index) => `f${index}: ${field}`).join(' ')
  if (type === 'Query') return Object.values(await ask(`{ ${all} }`))
  const [key = []] = keysOf(named(type))
  const owners = `_entities(representations: [${representationOf(owner, key)}])`
  const { _entities: found } = await ask(`{ ${owners} { ... on ${type} { ${all} } } }`)
  return Object.values(Object(Object(found)[0]))
}

async function findAgain(ask: Ask, type: GraphQLObjectType, things: readonly Thing[]): Promise<void> {
  const ways: { field: string; of: readonly Thing[] }[] = []
  if (type.getInterfaces().some(({ name }) => name === 'Node')) {
    ways.push({ field: `nodes(ids: ${printed(things.map(({ id }) => id))}) { ...whole }`, of: things })
    for (const thing of things)
      ways.push({ field: `node(id: ${printed(thing.id)}) { ...whole }`, of: [thing] })
  }
  for (const names of keysOf(type)) {
    const of = things.filter(thing => names.every(name => thing[name] !== null))
    const representations = of.map(thing => representationOf(thing, names)).join(' ')
    for (const field of ['_entities', ...stitchingFields(type, names)])
      ways.push({ field: `${field}(representations: [${representations}]) { ...whole }`, of })
  }
  for (const thing of things) {
    for (const field of findersOf(thing)) ways.push({ field, of: [thing] })
  }
  const asked = ways.map(({ field }, index) => `w${index}: ${field}`)
  const data = await ask(`{ ${asked.join(' ')} } fragment whole on ${type.name} ${wholeOf(type)}`)
  for (const [index, { field, of }] of ways.entries())
    expect({ field, found: thingsIn(data[`w${index}`]) }).toEqual({ field, found: of })
}

/** Each field that finds one thing of its type, asked by what the thing tells. */
function findersOf(thing: Thing): string[] {
  const owners = [named('Query'), ...entities]
  return owners.flatMap(owner =>
    handedOutBy(owner).flatMap(({ field, type, required }) => {
      if (type.name !== thing.__typename) return []
      const find = finders[`${owner.name}.${field}`]
      if (find) return find(thing)
      if (!required.includes('by')) return []
      return identitiesOf(thing).map(identity => `${field}(by: ${identity}) { ...whole }`)
    }),
  )
}

/** By each member of the input that its type is asked by. */
function identitiesOf(thing: Thing): string[] {
  const input = schema.getType(`${thing.__typename}By`)
  if (!isInputObjectType(input)) return []
  return Object.values(input.getFields()).flatMap(({ name, type }) => {
    const inner = getNamedType(type)
    const names = isInputObjectType(inner) ? Object.keys(inner.getFields()) : [name]
    if (names.some(name => thing[name] === null)) return []
    const members = names.map(name => `${name}: ${printed(thing[name])}`).join(', ')
    return [isInputObjectType(inner) ? `{ ${name}: { ${members} } }` : `{ ${members} }`]
  })
}

function representationOf(thing: Thing, names: readonly string[]): string {
  const members = ['__typename', ...names].map(name => `${name}: ${printed(thing[name])}`)
  return `{ ${members.join(', ')} }`
}

function stitchingFields({ name }: GraphQLObjectType, names: readonly string[]): string[] {
  const by = names.map(name => `${name.charAt(0).toUpperCase()}${name.slice(1)}`).join('And')
  const field = `_${name.toLowerCase()}sBy${by}`
  return schema.getQueryType()?.getFields()[field] ? [field] : []
}

function named(name: string): GraphQLObjectType {
  const type = schema.getType(name)
  if (!isObjectType(type)) throw new TypeError(`${name} is no type of objects.`)
  return type
}

/** As a value of GraphQL; a member that is not there is no value. */
function printed(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError('A key is of a member that is not told.')
  return text
}
