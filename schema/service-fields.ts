import type { GraphQLSchema } from 'graphql'
import { anyone } from '../src/access/caller.ts'
import { builder } from './builder.ts'
import { sized } from './costs.ts'
import { openSubgraphSdl, stitchingSdl, subgraphSdl } from './dialects.ts'

const bytesOfSdl = 60_000

/** For a field whose resolver reads the schema that it is given: compiled code has its own schema. */
const readsSchema = { isothermReadsSchema: true }

const Service = builder.objectRef<{ readonly sdl: string }>('_Service')
Service.implement({
  description: 'What a federated graph needs to know of this one.',
  fields: t => ({
    sdl: t.exposeString('sdl', {
      extensions: sized({ bytes: bytesOfSdl }),
      nullable: false,
      description: 'The schema with the directives of Apollo Federation 2.',
    }),
  }),
})

builder.queryField('_service', t =>
  t.field({
    type: Service,
    requiresScopes: [['explore']],
    extensions: readsSchema,
    nullable: false,
    description:
      'For gateways: this graph as a subgraph of a federated one. It tells the scopes of fields unless the graph is open to all. Costs no upstream call.',
    resolve: (_root, _args, { caller }, { schema }) => ({
      sdl: caller === anyone ? openSubgraph(schema) : subgraph(schema),
    }),
  }),
)

builder.queryField('_sdl', t =>
  t.string({
    requiresScopes: [['explore']],
    extensions: { ...sized({ bytes: bytesOfSdl }), ...readsSchema },
    nullable: false,
    description:
      'For stitched graphs: the schema with stitching directives, from which `stitchSchemas` makes a part of theirs. Costs no upstream call.',
    resolve: (_root, _args, _context, { schema }) => stitching(schema),
  }),
)

const subgraph = once(subgraphSdl)
const openSubgraph = once(openSubgraphSdl)
const stitching = once(stitchingSdl)

/** Printed once, since gateways ask for it often. */
function once(print: (schema: GraphQLSchema) => string): typeof print {
  const printed = new WeakMap<GraphQLSchema, string>()
  return schema => printed.getOrInsertComputed(schema, print)
}
