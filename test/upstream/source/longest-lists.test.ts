import { expect, test } from 'vitest'
import { longestLists } from '../../../src/upstream/source/longest-lists.ts'

const all = [1, 2, 3, 4, 5]

/** A list that notes with which limits it was asked. */
function counted() {
  const limits: number[] = []
  const lists = longestLists<number>()
  const rows = (limit: number, name = 'list') =>
    lists.rows(name, limit, async () => {
      limits.push(limit)
      return all.slice(0, limit)
    })
  return { lists, rows, limits }
}

test('a shorter list is cut from a longer one, whether that is at hand or on its way', async () => {
  const { rows, limits } = counted()
  expect(await Promise.all([rows(4), rows(2)])).toEqual([
    [1, 2, 3, 4],
    [1, 2],
  ])
  expect(await rows(3)).toEqual([1, 2, 3])
  expect(limits).toEqual([4])
})

test('a longer list than any before is asked, and is the longest from then on', async () => {
  const { rows, limits } = counted()
  expect(await rows(2)).toEqual([1, 2])
  expect(await rows(5)).toEqual(all)
  expect(await rows(3)).toEqual([1, 2, 3])
  expect(limits).toEqual([2, 5])
})

test('lists of other names, and lists from before a clear, are asked apart', async () => {
  const { lists, rows, limits } = counted()
  await rows(2)
  await rows(2, 'other')
  lists.clear()
  await rows(2)
  expect(limits).toEqual([2, 2, 2])
})
