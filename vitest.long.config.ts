import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import standard from './vitest.config.ts'

/** These take most of the time, and run beside all others if they begin first. */
const first = ['soak.test.ts', 'dead-vendors.test.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isFirst = ({ moduleId }: TestSpecification) => first.some(name => moduleId.endsWith(`/${name}`))
    return [...sorted.filter(isFirst), ...sorted.filter(file => !isFirst(file))]
  }
}

/** What takes too long to run with each change: soak, fuzz, the engines and tools of others, and long properties more often. */
export default defineConfig({
  ...standard,
  test: {
    ...standard.test,
    include: [
      'test/long/**/*.test.ts',
      'test/graph/found-again.test.ts',
      'test/brand-and-locations.test.ts',
      'test/sharing.test.ts',
      'test/upstream/source/data-source-redis.test.ts',
    ],
    env: { PROPERTY_RUNS: '10' },
    exclude: ['**/node_modules/**'],
    sequence: { shuffle: { files: false, tests: true }, sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
