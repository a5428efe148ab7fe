import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLongJson, jsonPieces } from '../../src/server/http/json-pieces.ts'

/** Beside plain values those whose JSON is not what they look like. */
const values = fc.anything({
  maxDepth: 4,
  withDate: true,
  withNullPrototype: true,
  withSparseArray: true,
  withUnicodeString: true,
  key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toJSON', '1', '')),
})
const odd = fc.constantFrom(undefined, () => 1, Symbol('odd'), { toJSON: () => 'its own' }, 'é\ud800')
const long = fc.constantFrom(
  Array.from({ length: 12_000 }, (_, index) => ({ index, name: `row ${index}`, none: undefined })),
  Array.from({ length: 9000 }, (_, index) => (index % 3 ? index : null)),
  { rows: Array.from({ length: 3 }, () => ({ values: new Array(6000).fill(1.5) })) },
  Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`a${index}`, index % 2 ? undefined : 'x'])),
  'text'.repeat(50_000),
)

test('the pieces of any value are its JSON', () => {
  const arePieces = fc.property(fc.array(fc.oneof(values, odd, long), { maxLength: 5 }), list => {
    for (const value of [list, { data: list, more: Object.fromEntries(list.entries()) }])
      expect([...jsonPieces(value)].join('') === JSON.stringify(value)).toBe(true)
  })
  fc.assert(arePieces, { numRuns: 200 })
})

test('long lists in lists come in pieces that each take little time', () => {
  const rows = Array.from({ length: 50 }, () => ({ points: Array.from({ length: 3000 }, at => ({ at })) }))
  const pieces = [...jsonPieces({ data: { rows } })]
  expect(isLongJson(rows)).toBe(true)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000)
})
