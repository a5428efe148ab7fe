import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readExactJson } from '../../src/upstream/exact-json.ts'

const long = '9007199254740993'

test('long integers are read in values nested as deep as a text is long', () => {
  const depth = 100_000
  let value = readExactJson(`${'['.repeat(depth)}${long}${']'.repeat(depth)}`)
  while (Array.isArray(value)) value = value[0]
  expect(value).toBe(long)
})

/** Texts full of what ends texts, and of what looks like a number in them. */
const texts = fc
  .array(
    fc.constantFrom(long, `-${long}`, '"', '\\', `${long}.5`, `${long}e1`, ' ', ':', ',', '{', '\n', 'ü'),
  )
  .map(parts => parts.join(''))
const values = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    texts,
    fc.double({ min: -1e15, max: 1e15, noNaN: true }),
    fc.boolean(),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(texts, tie('value'), { maxKeys: 4 }),
})).value

test('whatever stands beside a long integer is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(values, fc.nat(3), (value, indent) => {
      const text = JSON.stringify([value, 0], null, indent)
      const end = text.lastIndexOf('0')
      expect(readExactJson(`${text.slice(0, end)}${long}${text.slice(end + 1)}`)).toEqual([
        JSON.parse(JSON.stringify(value)),
        long,
      ])
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ...[`{${long}: 1}`, `{ ${long}\n: 1 }`, `0${long}`, `-0${long}`, `+${long}`, `--${long}`, `${long}x`],
  ...[
    `"${long}`,
    `["a, ${long}`,
    `[${long} ${long}]`,
    `[${long}, ]`,
    `${long}""`,
    `"\\"${long}`,
    `${long}\\`,
  ],
])('%s is not JSON', text => {
  expect(() => readExactJson(text)).toThrow(SyntaxError)
})

test.each([
  ['digits before a colon', `${'1'.repeat(1_000_000)}:`],
  ['digits and spaces before a colon', `${'1'.repeat(500_000)}${' '.repeat(500_000)}:`],
  ['many short rows of digits', `${'1'.repeat(20)} :`.repeat(50_000)],
])('a megabyte of %s is refused', (_, text) => {
  expect(() => readExactJson(text)).toThrow(SyntaxError)
})
