import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeConditions, judgeIfRange } from '../../src/images/conditions.ts'
import { rangeIn } from '../../src/images/ranges.ts'

const etag = '"a,b"'
const size = 100

/** A field's text, and what it means, as RFC 9110 has it. */
interface Told<Meaning> {
  readonly text: string
  readonly means: Meaning
}

const tag = fc.record({ isWeak: fc.boolean(), text: fc.constantFrom('a,b', 'other', '', 'a', '*', '\xe9') })
const comma = fc.constantFrom(',', ', ', ' ,\t', ',,', ' , , ')
const tags: fc.Arbitrary<Told<readonly { isWeak: boolean; text: string }[]>> = fc
  .tuple(fc.array(tag, { minLength: 1, maxLength: 4 }), comma)
  .map(([means, comma]) => ({
    means,
    text: means.map(({ isWeak, text }) => `${isWeak ? 'W/' : ''}"${text}"`).join(comma),
  }))
const star: Told<'*'> = { text: '*', means: '*' }
const noTags: fc.Arbitrary<Told<readonly []>> = fc
  .constantFrom('a,b', 'W/', '"a,b', 'w/"a,b"', '"a,b" "other"', '*, "a,b"', '""a,b""', '', ',')
  .map(text => ({ text, means: [] }))
const list = fc.oneof(tags, fc.constant(star), noTags)

test('conditions are judged in the order that the RFC gives, by its strong and weak comparison', () => {
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
  const dates = maybe(
    fc.constantFrom('Mon, 01 Jan 2024 00:00:00 GMT', 'Mon, 01 Jan 2035 00:00:00 GMT', 'soon'),
  )
  fc.assert(
    fc.property(
      maybe(list),
      maybe(list),
      dates,
      dates,
      fc.boolean(),
      (match, noneMatch, since, until, isThere) => {
        const headers = {
          ...(match && { 'if-match': match.text }),
          ...(noneMatch && { 'if-none-match': noneMatch.text }),
          // An image has no date, and a condition on one is then ignored.
          ...(since && { 'if-modified-since': since }),
          ...(until && { 'if-unmodified-since': until }),
        }
        const isSame = ({ text }: { text: string }) => text === 'a,b'
        const matches =
          !match || (isThere && (match.means === '*' || match.means.some(tag => isSame(tag) && !tag.isWeak)))
        const isKnown =
          noneMatch && isThere && (noneMatch.means === '*' || noneMatch.means.some(tag => isSame(tag)))
        expect(judgeConditions(headers, isThere ? etag : undefined)).toBe(
          matches ? (isKnown ? 'NOT_MODIFIED' : 'GO_ON') : 'FAILED',
        )
      },
    ),
    { numRuns: 500 },
  )
})

test.each([
  [undefined, true],
  [etag, true],
  [`W/${etag}`, false],
  ['"other"', false],
  [`${etag}, "other"`, false],
  ['*', false],
  ['Mon, 01 Jan 2035 00:00:00 GMT', false],
])('after If-Range: %s a range is served: %s', (told, served) => {
  expect(judgeIfRange(told === undefined ? {} : { 'if-range': told }, etag)).toBe(served)
})

test('a range is what the RFC says of it: the bytes, the whole, or none', () => {
  const position = fc.oneof(fc.nat(size + 20), fc.constantFrom(size - 1, size, 2 ** 53, 10 ** 20))
  const spec = fc.oneof(
    fc.record({ kind: fc.constant('between' as const), first: position, last: position }),
    fc.record({ kind: fc.constant('from' as const), first: position }),
    fc.record({ kind: fc.constant('suffix' as const), length: position }),
    fc.record({
      kind: fc.constant('odd' as const),
      text: fc.constantFrom('-', 'a-b', '1', '1-2-3', '- 5', '+1-5', '1.5-2', '0x1-2', '--5'),
    }),
  )
  type Spec = typeof spec extends fc.Arbitrary<infer Value> ? Value : never
  const digits = (number: number) => BigInt(number).toString()
  const textOf = (one: Spec) => {
    if (one.kind === 'between') return `${digits(one.first)}-${digits(one.last)}`
    if (one.kind === 'from') return `${digits(one.first)}-`
    return one.kind === 'suffix' ? `-${digits(one.length)}` : one.text
  }
  const bytesOf = (one: Spec) => {
    const all = Array.from({ length: size }, (_, index) => index)
    if (one.kind === 'between') return all.filter(index => index >= one.first && index <= one.last)
    if (one.kind === 'from') return all.filter(index => index >= one.first)
    return one.kind === 'suffix' && one.length > 0 ? all.slice(-Math.min(one.length, size)) : []
  }
  const isWrong = (one: Spec) => one.kind === 'odd' || (one.kind === 'between' && one.last < one.first)
  const unit = fc.constantFrom('bytes', 'Bytes', 'BYTES', 'lines', 'byte', '')
  fc.assert(
    fc.property(unit, fc.array(spec, { maxLength: 3 }), comma, (unit, specs, comma) => {
      const told = rangeIn(`${unit}=${specs.map(textOf).join(comma)}`, size)
      const parts = specs.map(bytesOf).filter(bytes => bytes.length > 0)
      if (unit.toLowerCase() !== 'bytes' || specs.length === 0 || specs.some(isWrong)) {
        expect(told).toBe('WHOLE')
      } else if (parts.length === 1) {
        expect(told).toEqual({ first: parts[0]?.[0], last: parts[0]?.at(-1) })
      } else {
        expect(told).toBe(parts.length === 0 ? 'UNSATISFIABLE' : 'WHOLE')
      }
    }),
    { numRuns: 1000 },
  )
})

test('without a range, or of nothing, it is the whole', () => {
  expect(rangeIn(undefined, size)).toBe('WHOLE')
  expect(rangeIn('bytes=0-', 0)).toBe('WHOLE')
  expect(rangeIn('bytes', size)).toBe('WHOLE')
})
