import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { heapBytes } from '../../../src/upstream/cache/heap-bytes.ts'
import { openMemory } from '../../../src/upstream/cache/memory.ts'
import { startNode } from '../../support/child.ts'

const growth = z.record(z.string(), z.object({ share: z.number(), isFirstGone: z.boolean() }))

test('memory holds about its bound of bytes, whatever the shape of values, and forgets the oldest', async () => {
  await using child = await startNode(['--expose-gc', join(import.meta.dirname, 'heap-growth.ts')])
  expect(await child.ended()).toBe(0)
  const shapes = growth.parse(JSON.parse(child.stdout))
  expect(Object.keys(shapes)).toHaveLength(7)
  for (const [name, { share, isFirstGone }] of Object.entries(shapes)) {
    expect({ name, isFirstGone }).toEqual({ name, isFirstGone: true })
    expect(share, name).toBeGreaterThan(1 / 3)
    expect(share, name).toBeLessThan(1.2)
  }
})

test('what is read in bulk takes no place of others, and all together no more than the bound', () => {
  const bound = 80_000
  const bytes = fc.nat(4000)
  const isBulk = fc.boolean()
  const entry = fc.record({ key: fc.nat(60), bytes, isBulk })
  const written = { value: {}, at: 0, until: Number.MAX_SAFE_INTEGER }
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 200, size: 'max' }), entries => {
      const memory = openMemory(bound)
      const alone = openMemory(bound)
      const known = new Set<number>()
      for (const { key, bytes, isBulk } of entries) {
        const isOthers = !isBulk || alone.get(`${key}`) !== undefined
        if (isOthers) known.add(key)
        memory.set(`${key}`, { ...written, bytes, isBulk })
        if (isOthers) alone.set(`${key}`, { ...written, bytes })
        expect(memory.get(`${key}`)).toMatchObject({ bytes })
        expect(memory.bytes).toBeLessThanOrEqual(bound)
      }
      for (const key of known)
        if (alone.get(`${key}`)) expect(memory.get(`${key}`)).toEqual(expect.anything())
    }),
  )
})

test('a list that two members share counts once', () => {
  const times = Array.from({ length: 1000 }, (_, index) => index)
  expect(heapBytes({ one: times, other: times })).toBeLessThan(1.1 * heapBytes({ one: times }))
})
