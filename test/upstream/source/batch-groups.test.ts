import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadGroups, nameOf } from '../../../src/upstream/source/batch-groups.ts'

const keys = fc.array(fc.nat(30))
const groupCount = fc.integer({ min: 1, max: 6 })

test('every answer stands where its key stands, and a failed group fails its own keys alone', async () => {
  const property = fc.asyncProperty(
    keys,
    groupCount,
    fc.uniqueArray(fc.nat(5)),
    async (keys, count, failing) => {
      const values = await loadGroups(
        keys,
        key => String(key % count),
        async (group, first) => {
          if (failing.includes(first % count)) throw new GroupFailure(first % count)
          return group.map(key => `value of ${key}`)
        },
      )
      const expected = keys.map(key =>
        failing.includes(key % count) ? new GroupFailure(key % count) : `value of ${key}`,
      )
      expect(values).toEqual(expected)
    },
  )
  await fc.assert(property)
})

test('a group is asked once, with its keys in order and its first one apart', async () => {
  const property = fc.asyncProperty(keys, groupCount, async (keys, count) => {
    const asked: (readonly number[])[] = []
    await loadGroups(
      keys,
      key => String(key % count),
      async (group, first) => {
        expect(first).toBe(group[0])
        asked.push(group)
        return group
      },
    )
    const groups: (readonly number[])[] = [...Map.groupBy(keys, key => key % count).values()]
    expect(asked.toSorted(byFirst)).toEqual(groups.toSorted(byFirst))
  })
  await fc.assert(property)
})

test('all groups are asked at once', async () => {
  const asked: string[] = []
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const values = loadGroups(
    ['a', 'b', 'c'],
    key => key,
    async ([key = '']) => {
      asked.push(key)
      if (asked.length === 3) answer()
      await answered
      return [key.toUpperCase()]
    },
  )
  expect(await values).toEqual(['A', 'B', 'C'])
})

test("a key's own error is its answer, beside the values of the others", async () => {
  const refused = new Error('refused')
  const values = await loadGroups(
    [1, 2, 3],
    () => 'all',
    async group => group.map(key => (key === 2 ? refused : key)),
  )
  expect(values).toEqual([1, refused, 3])
})

test('an answer that is missing is an error in its place', async () => {
  const values = await loadGroups(
    [1, 2, 3],
    () => 'all',
    async () => [1, 2],
  )
  expect(values).toEqual([1, 2, new RangeError('2 answers for 3 keys.')])
})

test('a group that throws at once, or something that is no error, fails its keys', async () => {
  const thrown = new TypeError('at once')
  const atOnce = await loadGroups([1, 2], String, () => {
    throw thrown
  })
  expect(atOnce).toEqual([thrown, thrown])
  const [failure] = await loadGroups([1], String, () => Promise.reject('words'))
  expect(failure).toBeInstanceOf(Error)
  expect(failure).toMatchObject({ cause: 'words' })
})

test('no keys ask nothing', async () => {
  const values = await loadGroups([], String, () => Promise.reject(new Error('asked')))
  expect(values).toEqual([])
})

test('names are the same for equal parts and differ for others', () => {
  const part = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.array(fc.string()),
    fc.constantFrom('1', 1, '', 'null', ['1'], [], '[]', '","', 'a","b'),
  )
  const parts = fc.array(part, { maxLength: 3 })
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      expect(nameOf(...one)).toBe(nameOf(...structuredClone(one)))
      const equal = JSON.stringify(one) === JSON.stringify(other)
      expect(nameOf(...one) === nameOf(...other)).toBe(equal)
    }),
    { numRuns: 2000 },
  )
})

test('a part that is not given is the same as null', () => {
  expect(nameOf('a', undefined, 'b')).toBe(nameOf('a', null, 'b'))
  expect(nameOf('a', undefined)).not.toBe(nameOf('a'))
})

class GroupFailure extends Error {
  constructor(group: number) {
    super(`group ${group} failed`)
  }
}

function byFirst([one = 0]: readonly number[], [other = 0]: readonly number[]): number {
  return one - other
}
