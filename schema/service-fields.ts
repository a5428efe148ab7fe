import type { GraphQLSchema } from 'graphql'
import { builder } from './builder.ts'
import { sized } from './costs.ts'
import { stitchingSdl, subgraphSdl } from './dialects.ts'

const bytesOfSdl = 60_000

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
    nullable: false,
    description: 'For gateways: this graph as a subgraph of a federated one. Costs no upstream call.',
    resolve: (_root, _args, _context, { schema }) => ({ sdl: subgraph(schema) }),
  }),
)

builder.queryField('_sdl', t =>
  t.string({
    extensions: sized({ bytes: bytesOfSdl }),
    nullable: false,
    description:
      'For stitched graphs: the schema with stitching directives, from which `stitchSchemas` makes a part of theirs. Costs no upstream call.',
    resolve: (_root, _args, _context, { schema }) => stitching(schema),
  }),
)

const subgraph = once(subgraphSdl)
const stitching = once(stitchingSdl)

/** Printed once, since gateways ask for it often. */
function once(print: (schema: GraphQLSchema) => string): typeof print {
  const printed = new WeakMap<GraphQLSchema, string>()
  return schema => printed.getOrInsertComputed(schema, print)
}
