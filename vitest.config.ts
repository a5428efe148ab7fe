import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One copy of graphql for source files and packages alike: two make `instanceof GraphQLSchema` false.
    server: { deps: { inline: [/graphql/, /@pothos/] } },
    sequence: { shuffle: true },
    testTimeout: 20_000,
  },
})
