import { writeFile } from 'node:fs/promises'
import { generate } from '@graphql-codegen/cli'
import { printSchema } from 'graphql'
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

await writeFile('schema/schema.graphql', `${printSchema(schema)}\n`)
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
