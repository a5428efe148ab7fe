import { writeFile } from 'node:fs/promises'
import { generate } from '@graphql-codegen/cli'
import { plainIntrospection, plainSdl, stitchingSdl, subgraphSdl } from './schema/dialects.ts'
import { schema } from './schema/index.ts'
import scalars from './schema/scalars.json' with { type: 'json' }

await writeFile('schema/schema.graphql', plainSdl(schema))
await writeFile('schema/introspection.json', plainIntrospection(schema))
await writeFile('schema/subgraph.graphql', subgraphSdl(schema))
await writeFile('schema/stitching.graphql', stitchingSdl(schema))
await generate(
  {
    schema: 'schema/schema.graphql',
    documents: 'test/operations/*.graphql',
    generates: {
      'test/generated/': {
        preset: 'client',
        presetConfig: { fragmentMasking: false, persistedDocuments: true },
        config: {
          documentMode: 'string',
          importExtension: '.ts',
          useTypeImports: true,
          scalars,
          strictScalars: true,
        },
      },
    },
    silent: true,
  },
  true,
)
