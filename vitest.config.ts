import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // The file that packages get from Node, for source files too: two copies make `instanceof GraphQLSchema` false.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/long/**'],
    sequence: { shuffle: true },
    testTimeout: 20_000,
    // An event that comes is waited for no longer than it takes, on a busy machine either.
    expect: { poll: { timeout: 10_000 } },
    // Many a test waits for a process or a socket.
    maxWorkers: '100%',
  },
})
