import { heapBytes } from '../../../src/upstream/cache/heap-bytes.ts'
import { openMemory } from '../../../src/upstream/cache/memory.ts'

// A process of its own, since a shared one also frees what other tests left. Run with --expose-gc; prints a line of JSON.
const bound = 8_000_000
const texts = (index: number) => `/products/${index}`

const shapes: Readonly<Record<string, (index: number) => unknown>> = {
  'small values': index => index,
  'long strings': index => `${index}`.repeat(500),
  'strings beyond Latin-1': index => `${index}ж`.repeat(500),
  'lists of counts': index => Array.from({ length: 500 }, (_, one) => one * index),
  'lists of times': index => Array.from({ length: 500 }, (_, one) => 1_700_000_000_000 + one * index),
  'lists with nulls': index => Array.from({ length: 500 }, (_, one) => (one % 3 ? one * index : null)),
  rows: index =>
    Array.from({ length: 100 }, (_, one) => ({ path: texts(index + one), total: one, rate: one / 7 })),
}

const growth: Record<string, Growth> = {}
for (const [name, make] of Object.entries(shapes)) growth[name] = await grow(make)
console.log(JSON.stringify(growth))

interface Growth {
  /** Of the bound. */
  readonly share: number
  readonly isFirstGone: boolean
}

/** A function of its own: what the frame before it held would be freed while this one is measured. */
async function grow(make: (index: number) => unknown): Promise<Growth> {
  const before = await usedBytes()
  const memory = openMemory(bound)
  // Three times as many as fit.
  let given = 0
  for (let index = 0; given < 3 * bound; index++) {
    const value: unknown = JSON.parse(JSON.stringify(make(index)))
    given += Math.max(512, heapBytes(value))
    memory.set(`entry ${index}`, { value, at: 1_700_000_000_000 + index, until: Number.MAX_SAFE_INTEGER })
  }
  const share = ((await usedBytes()) - before) / bound
  return { share, isFirstGone: memory.get('entry 0') === undefined }
}

/** What is in use once all that can be collected has been: some takes several collections. */
async function usedBytes(): Promise<number> {
  let used = process.memoryUsage().heapUsed
  for (let unchanged = 0; unchanged < 3; ) {
    // What the stack still holds is not collected.
    await new Promise(resolve => setTimeout(resolve, 5))
    globalThis.gc?.()
    const now = process.memoryUsage().heapUsed
    unchanged = Math.abs(now - used) < bound / 100 ? unchanged + 1 : 0
    used = now
  }
  return used
}
