import type { GraphQLSchema } from 'graphql'
import { builder } from './builder.ts'
import { subgraphSdl } from './dialects.ts'

const Service = builder.objectRef<{ readonly sdl: string }>('_Service')
Service.implement({
  description: 'What a federated graph needs to know of this one.',
  fields: t => ({
    sdl: t.exposeString('sdl', {
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
    resolve: (_root, _args, _context, { schema }) => ({ sdl: printed(schema) }),
  }),
)

/** Printed once: gateways ask for it over and over. */
function printed(schema: GraphQLSchema): string {
  return sdls.getOrInsertComputed(schema, subgraphSdl)
}

const sdls = new WeakMap<GraphQLSchema, string>()
