import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changed, type Page, paginate } from '../../../src/upstream/source/paginator.ts'
import { rejection } from '../http/loopback.ts'

const pages = fc.array(fc.array(fc.nat(9), { maxLength: 4 }), { minLength: 1, maxLength: 8 })
/** The number of rows that each of several simultaneous readers wants. */
const wishes = fc.array(fc.nat(30), { minLength: 1, maxLength: 6 })

test('a page is read once, in order, and none that nobody asked for', async () => {
  const property = fc.asyncProperty(pages, wishes, wishes, async (pages, wishes, laterWishes) => {
    const list = listOf(pages)
    const ask = (count: number) => list.rows.until(rows => rows.length >= count)
    const all = pages.flat()
    for (const round of [wishes, laterWishes]) {
      for (const [index, { rows, hasEnded }] of (await Promise.all(round.map(ask))).entries()) {
        expect(rows).toEqual(all.slice(0, rows.length))
        expect(rows.length >= (round[index] ?? 0) || hasEnded).toBe(true)
        if (hasEnded) expect(rows).toEqual(all)
      }
    }
    const most = Math.max(...wishes, ...laterWishes)
    expect(list.read).toEqual(Array.from({ length: pagesFor(pages, most) }, (_, page) => page))
  })
  await fc.assert(property, { numRuns: 500 })
})

test('a page that fails fails whoever needs it, for good, and nobody else', async () => {
  const property = fc.asyncProperty(
    pages,
    fc.nat(7),
    wishes,
    wishes,
    async (pages, failing, wishes, later) => {
      const list = listOf(pages, failing)
      const readable = pages.slice(0, failing)
      const ended = failing >= pages.length
      for (const round of [wishes, later]) {
        const asked = round.map(count => list.rows.until(rows => rows.length >= count))
        const outcomes = await Promise.allSettled(asked)
        for (const [index, outcome] of outcomes.entries()) {
          const needed = (round[index] ?? 0) > readable.flat().length && !ended
          if (needed) expect(outcome).toEqual({ status: 'rejected', reason: pageFailure })
          else expect(outcome.status).toBe('fulfilled')
        }
      }
      expect(list.read.filter(page => page === failing).length).toBeLessThanOrEqual(1)
      expect(list.read.filter(page => page > failing)).toEqual([])
    },
  )
  await fc.assert(property, { numRuns: 500 })
})

test('a reader that throws at once is a page that failed', async () => {
  const rows = paginate<number, number>(() => {
    throw pageFailure
  })
  expect(await rejection(rows.until(() => false))).toBe(pageFailure)
})

test('nothing is read where nothing is needed', async () => {
  const list = listOf([[1]])
  expect(await list.rows.until(() => true)).toEqual({ rows: [], hasEnded: false })
  expect(list.read).toEqual([])
})

test('an empty page in the middle is not the end', async () => {
  const list = listOf([[], [1], [], [2]])
  expect(await list.rows.until(rows => rows.includes(2))).toEqual({ rows: [1, 2], hasEnded: true })
})

test('a list that changed is read again from its first page, and none of the rows before are told', async () => {
  let isAnew = false
  const rows = paginate<number, number>(async (page = 0) => {
    if (page === 2 && !isAnew) {
      isAnew = true
      return changed
    }
    return { rows: [isAnew ? 10 + page : page], next: page < 3 ? page + 1 : undefined }
  })
  const [first, all] = await Promise.all([rows.until(read => read.length >= 2), rows.until(() => false)])
  expect(first).toEqual({ rows: [0, 1], hasEnded: false })
  expect(all).toEqual({ rows: [10, 11, 12, 13], hasEnded: true })
})

test('an answer stays as it was when others read on', async () => {
  const rows = paginate<number, number>(async (page = 0) => ({ rows: [page], next: page + 1 }))
  const { rows: first } = await rows.until(read => read.length >= 1)
  await rows.until(read => read.length >= 2)
  expect(first).toEqual([0])
})

const pageFailure = new Error('a page failed')

/** A walk over the pages, and the numbers of those that were read. */
function listOf(pages: readonly (readonly number[])[], failing?: number) {
  const read: number[] = []
  const rows = paginate<number, number>(async (page = 0): Promise<Page<number, number>> => {
    read.push(page)
    await Promise.resolve()
    if (page === failing) throw pageFailure
    return { rows: pages[page] ?? [], next: page + 1 < pages.length ? page + 1 : undefined }
  })
  return { rows, read }
}

/** The fewest pages that hold so many rows, or all of them. */
function pagesFor(pages: readonly (readonly number[])[], count: number): number {
  let held = 0
  let needed = 0
  for (const page of pages) {
    if (held >= count) return needed
    held += page.length
    needed++
  }
  return needed
}
