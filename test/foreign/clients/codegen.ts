import type { CodegenConfig } from '@graphql-codegen/cli'

/** Typed documents for the clients that take a DocumentNode, generated from nothing but what Isotherm publishes. */
const config: CodegenConfig = {
  schema: '../../../schema/schema.graphql',
  documents: 'operations.graphql',
  generates: {
    'generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        importExtension: '.ts',
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          DateTime: 'string',
          Duration: 'string',
          JSON: 'unknown',
          LocalDate: 'string',
          LocalDateTime: 'string',
          SafeInt: 'number',
          TimeZone: 'string',
          URL: 'string',
        },
      },
    },
  },
}

export default config
