import { expect, test } from 'vitest'
import { scaleOf } from '../src/page/chart-scale.js'
import { comparedDepths } from '../src/page/compared-depths.js'
import { CostSum } from '../src/page/cost-sum.js'
import type { Answer } from '../src/page/graph.js'
import { changeText, counted, duration, durationStep, durationUnit } from '../src/page/numbers.js'
import { partsOf } from '../src/page/parts.js'
import { pagesFoot, storesFoot } from '../src/page/table-feet.js'

const failed: Answer = { data: null, errors: [{ message: 'It failed.' }], extensions: {} }

function part(nodes: readonly number[], totalCount: number, endCursor?: string): Answer {
  const pageInfo = { hasNextPage: endCursor !== undefined, endCursor }
  return { data: { list: { nodes, totalCount, pageInfo } }, errors: [], extensions: {} }
}

/** What is known after each of these answers. */
async function knownAfter(...answers: readonly Answer[]) {
  const cursors: unknown[] = []
  const known: unknown[] = []
  const question = { name: 'List', variables: { first: 2 } }
  for await (const { nodes, total, isWhole } of partsOf(question, 'list', async ({ variables }) => {
    cursors.push(variables.after)
    return answers[cursors.length - 1] ?? failed
  }))
    known.push([nodes, total, isWhole])
  return { cursors, known }
}

test.each([
  [0.0005, '▲ +0.1%'],
  [0.0004, '= 0.0%'],
  [0, '= 0.0%'],
  [-0, '= 0.0%'],
  [-0.0004, '= 0.0%'],
  [-0.0005, '▼ -0.1%'],
  [undefined, '–'],
])('the arrow of a change of %s agrees with its number', (change, text) => {
  expect(changeText(change)).toBe(text)
})

test('a part that fails takes nothing back of what is known, and the list is not whole', async () => {
  expect(await knownAfter(part([1, 2], 5, 'b'), failed)).toEqual({
    cursors: [null, 'b'],
    known: [
      [[1, 2], 5, false],
      [[1, 2], 5, false],
    ],
  })
  expect((await knownAfter({ ...failed, data: { list: null } })).known).toEqual([[[], 0, false]])
})

test('a list is whole once its last part has come, also if it is empty', async () => {
  expect((await knownAfter(part([1, 2], 3, 'b'), part([3], 3))).known).toEqual([
    [[1, 2], 3, false],
    [[1, 2, 3], 3, true],
  ])
  expect((await knownAfter(part([], 0))).known).toEqual([[[], 0, true]])
})

test('the foot below stores says of how many its sums are', () => {
  const stores = [
    { visits: 1000, before: 500, range: null },
    { visits: 50, before: null, range: null },
    { visits: null, before: 7, range: null },
  ]
  expect(storesFoot(stores, 500)).toEqual([
    '3 of 500, visits of 2, before of 2',
    '1,050',
    '507',
    '▲ +100.0%',
    '',
  ])
  expect(storesFoot(stores.slice(0, 1), 1)).toEqual(['All 1', '1,000', '500', '▲ +100.0%', ''])
  expect(storesFoot(stores.slice(2), 1).slice(0, 3)).toEqual(['All 1, visits of 0', '–', '7'])
})

test('the foot below pages says what is missing', () => {
  const views = (shown: number, totalCount: number, leftOut = 0) => {
    const { foot, notes } = pagesFoot({ nodes: Array(shown), totalCount, leftOut, totalInteractions: 12 })
    return [foot[0], ...notes]
  }
  expect(views(3, 3)).toEqual(['All 3'])
  expect(views(100, 3000)[0]).toBe('The first 100 of 3,000')
  expect(views(100, 100)).toEqual(['All 100', expect.stringMatching(/100 most visited pages/)])
  expect(views(97, 97, 3)).toHaveLength(3)
  expect(views(97, 97, 2)).toHaveLength(2)
})

test('the age of data is only told where it is known', () => {
  const sum = new CostSum()
  sum.add(failed)
  expect(sum.text).toBe('0 calls · 0 from the cache')
  sum.add({ ...failed, errors: [], extensions: { freshness: { zenovay: { ageSeconds: 0, stale: false } } } })
  expect(sum.text).toBe('0 calls · 0 from the cache · oldest data 0 s')
})

test('the middle line of a chart is only there if its text tells its number exactly', () => {
  const lines = (highest: number, stepOf: (value: number) => number) => scaleOf([0, highest], stepOf).lines
  const counts = [1, 3, 5, 2, 8, 11, 29].map(highest => lines(highest, () => 1))
  expect(counts).toEqual([
    [0, 1],
    [0, 3],
    [0, 5],
    [0, 1, 2],
    [0, 4, 8],
    [0, 6, 12],
    [0, 15, 30],
  ])
  expect(lines(0.012, () => 0.001)).toHaveLength(3)
  expect(lines(0.003, () => 0.001)).toHaveLength(2)
  expect(lines(300_000, durationStep)).toEqual([0, 150_000, 300_000])
  expect(lines(10_000_000, durationStep)).toEqual([0, 10_000_000])
})

test('the top of a chart of durations is round in hours, minutes or seconds', () => {
  const top = (highest: number) => duration(scaleOf([0, highest], durationStep, durationUnit).top)
  const minute = 60_000
  expect([7000, 45_000, 7 * minute, 12.5 * minute, 59 * minute].map(top)).toEqual([
    '8 s',
    '50 s',
    '8 min 0 s',
    '16 min 0 s',
    '1 h 0 min',
  ])
  expect([61, 100, 26 * 60, 45 * 60].map(minutes => top(minutes * minute))).toEqual([
    '2 h 0 min',
    '2 h 0 min',
    '30 h 0 min',
    '50 h 0 min',
  ])
  expect(scaleOf([3 * 60 * minute], durationStep, durationUnit).lines).toEqual([0, 90 * minute, 180 * minute])
})

test('durations are told in hours and minutes', () => {
  const texts = [59_000, 90_000, 91 * 60_000, 3_599_700, 7_199_000].map(duration)
  expect(texts).toEqual(['59 s', '1 min 30 s', '1 h 31 min', '1 h 0 min', '2 h 0 min'])
})

test('depths are compared as far as either period reached', () => {
  const rows = (...reached: readonly number[]) =>
    reached.map((count, row) => ({ depth: row * 100, reached: count, share: count / (reached[0] ?? 1) }))
  const told = (...lists: Parameters<typeof comparedDepths>) =>
    comparedDepths(...lists).map(({ depth, now, before }) => [
      depth,
      now.reached,
      before.reached,
      now.share,
      before.share,
    ])
  expect(told(rows(10, 5), rows(8, 6, 2))).toEqual([
    [0, 10, 8, 1, 1],
    [100, 5, 6, 0.5, 0.75],
    [200, 0, 2, 0, 0.25],
  ])
  expect(told(rows(4), [])).toEqual([[0, 4, 0, 1, null]])
  expect(told(rows(4), null)).toEqual([[0, 4, null, 1, null]])
})

test('one of something is no plural', () => {
  expect([0, 1, 1200, null].map(count => counted(count, 'page view'))).toEqual([
    '0 page views',
    '1 page view',
    '1,200 page views',
    '– page views',
  ])
})
