import { defineConfig } from 'vitest/config'
import standard from './vitest.config.ts'

/** What takes too long to run with each change: soak, fuzz, the engines and tools of others, and long properties more often. */
export default defineConfig({
  ...standard,
  test: {
    ...standard.test,
    include: ['test/long/**/*.test.ts', 'test/graph/found-again.test.ts', 'test/brand-and-locations.test.ts'],
    env: { PROPERTY_RUNS: '10' },
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
