import { writeFile } from 'node:fs/promises'
import { generate } from '@graphql-codegen/cli'
import { plainSdl, subgraphSdl } from './schema/dialects.ts'
import { schema } from './schema/index.ts'

/** How the scalars read in TypeScript once they have gone over the wire as JSON. */
const scalars = {
  DateTime: 'string',
  Duration: 'string',
  JSON: 'unknown',
  LocalDateTime: 'string',
  SafeInt: 'number',
  TimeZone: 'string',
  URL: 'string',
}

await writeFile('schema/schema.graphql', plainSdl(schema))
await writeFile('schema/subgraph.graphql', subgraphSdl(schema))
await generate(
  {
    schema: 'schema/schema.graphql',
    documents: 'test/operations/*.graphql',
    generates: {
      'test/generated/': {
        preset: 'client',
        presetConfig: { fragmentMasking: false },
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
