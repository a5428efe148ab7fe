import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { heapBytes } from '../../../src/upstream/cache/heap-bytes.ts'
import { openMemory } from '../../../src/upstream/cache/memory.ts'

const bound = 8_000_000
const texts = (index: number) => `/products/${index}`

test.each<[string, (index: number) => unknown]>([
  ['small values', index => index],
  ['long strings', index => `${index}`.repeat(500)],
  ['strings beyond Latin-1', index => `${index}ж`.repeat(500)],
  ['lists of counts', index => Array.from({ length: 500 }, (_, one) => one * index)],
  ['lists of times', index => Array.from({ length: 500 }, (_, one) => 1_700_000_000_000 + one * index)],
  ['lists with nulls', index => Array.from({ length: 500 }, (_, one) => (one % 3 ? one * index : null))],
  [
    'rows',
    index =>
      Array.from({ length: 100 }, (_, one) => ({ path: texts(index + one), total: one, rate: one / 7 })),
  ],
])('what memory holds takes about its bound of bytes: %s', async (_, make) => {
  const memory = openMemory(bound)
  const before = await usedBytes()
  // Three times as many as fit.
  let given = 0
  for (let index = 0; given < 3 * bound; index++) {
    const value: unknown = JSON.parse(JSON.stringify(make(index)))
    given += Math.max(512, heapBytes(value))
    memory.set(`entry ${index}`, { value, at: 1_700_000_000_000 + index, until: Number.MAX_SAFE_INTEGER })
  }
  const used = (await usedBytes()) - before
  expect(memory.get('entry 0')).toBeUndefined()
  expect(used).toBeGreaterThan(bound / 3)
  expect(used).toBeLessThan(bound * 1.2)
})

test('a list that two members share counts once', () => {
  const times = Array.from({ length: 1000 }, (_, index) => index)
  expect(heapBytes({ one: times, other: times })).toBeLessThan(1.1 * heapBytes({ one: times }))
})

/** What is in use once all that can be collected has been. */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let turn = 0; turn < 2; turn++) {
    // What the stack still holds is not collected.
    await new Promise(resolve => setImmediate(resolve))
    collect()
  }
  return process.memoryUsage().heapUsed
}
