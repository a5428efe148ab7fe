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
    // Files share a process, which reads the graph once: a run takes less than half the CPU.
    isolate: false,
    setupFiles: ['test/support/left-behind.ts'],
    // A guard against what hangs; on a busy machine all takes long.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // An event that comes is waited for no longer than it takes, on a busy machine either.
    expect: { poll: { timeout: 30_000 } },
    // Many a test waits for a process or a socket.
    maxWorkers: '100%',
  },
})
