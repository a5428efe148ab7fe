import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { heapBytes } from '../../../src/upstream/cache/heap-bytes.ts'
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

test('a list that two members share counts once', () => {
  const times = Array.from({ length: 1000 }, (_, index) => index)
  expect(heapBytes({ one: times, other: times })).toBeLessThan(1.1 * heapBytes({ one: times }))
})
