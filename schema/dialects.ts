import {
  type ConstDirectiveNode,
  type DocumentNode,
  GraphQLObjectType,
  GraphQLSchema,
  introspectionFromSchema,
  isObjectType,
  Kind,
  lexicographicSortSchema,
  parse,
  parseConstValue,
  print,
  printSchema,
  visit,
} from 'graphql'
import { type Annotated, appliedDirectives } from './applied-directives.ts'
import { mergeDefinition } from './merge-directive.ts'

/** The schema for clients, without the fields for gateways. */
export function plainSdl(schema: GraphQLSchema): string {
  return `${printSchema(plain(schema))}\n`
}

/** The same as an introspection result. */
export function plainIntrospection(schema: GraphQLSchema): string {
  return `${JSON.stringify(introspectionFromSchema(plain(schema)), null, 2)}\n`
}

/**
 * The schema as a subgraph of Apollo Federation 2. It leaves out `node` and `nodes`, since each graph of a federation may have
 * its own, and `@defer` and `@stream`, which belong to the gateway.
 */
export function subgraphSdl(schema: GraphQLSchema): string {
  return subgraphWith(schema, [...keyNames, ...scopeNames, ...costNames])
}

/** The same without the scopes, for a graph that is open to all: `@apollo/gateway` refuses a supergraph that has them. */
export function openSubgraphSdl(schema: GraphQLSchema): string {
  return subgraphWith(schema, [...keyNames, ...costNames])
}

function subgraphWith(schema: GraphQLSchema, names: readonly string[]): string {
  const seen = withoutQueries(schema, name => name.startsWith('_') || ownQueries.has(name), [])
  return `${[federationLink(names), oneOf, print(annotated(seen, names))].join('\n\n')}\n`
}

/** The schema as part of a stitched one, with the fields that look up objects by a key. */
export function stitchingSdl(schema: GraphQLSchema): string {
  const isLeftOut = (name: string, field: Annotated) =>
    ownQueries.has(name) ||
    (name.startsWith('_') && !appliedDirectives(field).some(({ name }) => name === 'merge'))
  const seen = withoutQueries(schema, isLeftOut, [])
  return `${[mergeDefinition, print(annotated(seen, ['merge']))].join('\n\n')}\n`
}

const ownQueries: ReadonlySet<string> = new Set(['node', 'nodes'])

const keyNames = ['key', 'shareable']
const scopeNames = ['authenticated', 'requiresScopes']
const costNames = ['cost', 'listSize']

function federationLink(names: readonly string[]): string {
  return `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: [${names.map(name => `"@${name}"`).join(', ')}]
  )`
}

/** Apollo's composer refuses a directive without a definition. */
const oneOf = 'directive @oneOf on INPUT_OBJECT'

function plain(schema: GraphQLSchema): GraphQLSchema {
  return withoutQueries(schema, name => name.startsWith('_'))
}

/** The schema without some fields of Query, and without the types that only they use. */
function withoutQueries(
  schema: GraphQLSchema,
  isLeftOut: (name: string, field: Annotated) => boolean,
  directives = schema.getDirectives(),
): GraphQLSchema {
  const { query, mutation, subscription } = schema.toConfig()
  if (!query) return schema
  const { fields, ...config } = query.toConfig()
  const kept = Object.fromEntries(Object.entries(fields).filter(([name, field]) => !isLeftOut(name, field)))
  const left = new GraphQLObjectType({ ...config, fields: kept })
  return lexicographicSortSchema(new GraphQLSchema({ query: left, mutation, subscription, directives }))
}

/** The SDL with the directives that the builder put on types and fields. */
function annotated(schema: GraphQLSchema, names: readonly string[]): DocumentNode {
  return visit(parse(printSchema(schema)), {
    ObjectTypeDefinition(node) {
      const type = schema.getType(node.name.value)
      if (!isObjectType(type)) return undefined
      const noted = type.getFields()
      const fields = node.fields?.map(field => ({
        ...field,
        directives: [...(field.directives ?? []), ...directivesOf(noted[field.name.value], names)],
      }))
      return {
        ...node,
        directives: [...(node.directives ?? []), ...directivesOf(type, names)],
        ...(fields && { fields }),
      }
    },
  })
}

function directivesOf(element: Annotated | undefined, names: readonly string[]): ConstDirectiveNode[] {
  const applied = element ? appliedDirectives(element) : []
  return applied
    .filter(({ name }) => names.includes(name))
    .map(({ name, args }) => ({
      kind: Kind.DIRECTIVE,
      name: { kind: Kind.NAME, value: name },
      arguments: Object.entries(args).map(([name, value]) => ({
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: name },
        // As JSON, texts, numbers and lists of them read as they do in SDL.
        value: parseConstValue(JSON.stringify(value)),
      })),
    }))
}
