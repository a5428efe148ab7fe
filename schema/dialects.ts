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
import { appliedDirectives } from './applied-directives.ts'

/** What a client sees, without what is there for gateways alone. */
export function plainSdl(schema: GraphQLSchema): string {
  return `${printSchema(plain(schema))}\n`
}

/** The same, as introspection tells it. */
export function plainIntrospection(schema: GraphQLSchema): string {
  return `${JSON.stringify(introspectionFromSchema(plain(schema)), null, 2)}\n`
}

/**
 * The schema as a subgraph of Apollo Federation 2. `node` and `nodes` are left out, since each graph of a federation may have its
 * own, and so are `@defer` and `@stream`, which are the gateway's.
 */
export function subgraphSdl(schema: GraphQLSchema): string {
  const isLeftOut = (name: string) => name.startsWith('_') || name === 'node' || name === 'nodes'
  return `${[federationLink, oneOf, print(annotated(withoutQueries(schema, isLeftOut, [])))].join('\n\n')}\n`
}

const federationLink = `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@shareable", "@cost", "@listSize"]
  )`

/** Apollo's composer takes it as any other directive, and refuses one without a definition. */
const oneOf = 'directive @oneOf on INPUT_OBJECT'

function plain(schema: GraphQLSchema): GraphQLSchema {
  return withoutQueries(schema, name => name.startsWith('_'))
}

/** The same but for some fields of Query, and what nothing else leads to. */
function withoutQueries(
  schema: GraphQLSchema,
  isLeftOut: (field: string) => boolean,
  directives = schema.getDirectives(),
): GraphQLSchema {
  const { query, mutation, subscription } = schema.toConfig()
  if (!query) return schema
  const { fields, ...config } = query.toConfig()
  const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => !isLeftOut(name)))
  const left = new GraphQLObjectType({ ...config, fields: kept })
  return lexicographicSortSchema(new GraphQLSchema({ query: left, mutation, subscription, directives }))
}

/** Its SDL with the directives that the builder noted on types and their fields. */
function annotated(schema: GraphQLSchema): DocumentNode {
  return visit(parse(printSchema(schema)), {
    ObjectTypeDefinition(node) {
      const type = schema.getType(node.name.value)
      if (!isObjectType(type)) return undefined
      const noted = type.getFields()
      const fields = node.fields?.map(field => ({
        ...field,
        directives: [...(field.directives ?? []), ...directivesOf(noted[field.name.value])],
      }))
      return {
        ...node,
        directives: [...(node.directives ?? []), ...directivesOf(type)],
        ...(fields && { fields }),
      }
    },
  })
}

function directivesOf(element: Parameters<typeof appliedDirectives>[0] | undefined): ConstDirectiveNode[] {
  const applied = element ? appliedDirectives(element) : []
  return applied.map(({ name, args }) => ({
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
