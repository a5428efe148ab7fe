import { defineConfig } from 'vitest/config'
import standard from './vitest.config.ts'

/** What takes too long to run with each change: soak, fuzz, the engines and tools of others. */
export default defineConfig({
  ...standard,
  test: {
    ...standard.test,
    include: ['test/long/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
  },
})
