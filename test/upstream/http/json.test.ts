import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { UpstreamError } from '../../../src/upstream/error.ts'
import { parseJson, tryJson } from '../../../src/upstream/http/json.ts'
import { identifier } from '../../../src/upstream/http/wire-values.ts'

test('an integer is exact however long: a number where one can hold it, else its digits', () => {
  const near = fc.bigInt({ min: 2n ** 53n - 100n, max: 2n ** 53n + 100n })
  const far = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n })
  fc.assert(
    fc.property(fc.oneof(near, far, fc.bigInt({ min: -1000n, max: 1000n })), fc.nat(40), (integer, place) => {
      const exact = Number.isSafeInteger(Number(integer)) ? Number(integer) : String(integer)
      const before = ' '.repeat(place)
      expect(tryJson(`${before}{ "id": ${integer} }`)).toEqual({ id: exact })
      expect(tryJson(`${before}{ "list": [ ${integer} ], "id":${integer} }`)).toEqual({
        list: [exact],
        id: exact,
      })
    }),
  )
})

test('an identifier is the text that was sent, whether as a number or as text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), id => {
      expect(parseJson('datadog', z.array(identifier), `[${id}, "${id}"]`)).toEqual([`${id}`, `${id}`])
    }),
  )
})

test('whatever else JSON can hold is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(tryJson(text)).toEqual(longIntegersAsText(JSON.parse(text)))
    }),
    { numRuns: 500 },
  )
})

test('a long number beside it changes nothing about the rest of a document', () => {
  const rest = fc.jsonValue({ maxDepth: 3 })
  fc.assert(
    fc.property(rest, rest, (before, after) => {
      const text = `[${JSON.stringify(before)}, 12345678901234567890, ${JSON.stringify(after)}]`
      const [first, , last]: unknown[] = JSON.parse(text)
      const expected = [longIntegersAsText(first), '12345678901234567890', longIntegersAsText(last)]
      expect(tryJson(text)).toEqual(expected)
    }),
  )
})

test('long fractions and powers stay numbers, and long digits in a text stay text', () => {
  expect(tryJson('[0.1234567890123456, 1e300, 1234567890123456e3, "12345678901234567890"]')).toEqual([
    0.1234567890123456,
    1e300,
    1234567890123456e3,
    '12345678901234567890',
  ])
})

test('a text that fits the schema is what the schema makes of it', () => {
  const schema = z.object({ visits: z.int() }).transform(({ visits }) => visits * 2)
  expect(parseJson('analytiks', schema, '{ "visits": 21, "unknown": true }')).toBe(42)
})

test('a text that is not JSON is an invalid answer that says so and quotes nothing', () => {
  const notJson = fc.string({ unit: 'binary' }).filter(text => tryJson(text) === undefined)
  fc.assert(
    fc.property(fc.oneof(notJson, fc.constant(''), fc.constant('<html>token=hush</html>')), text => {
      const error = failureOf(text)
      expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', retryable: false })
      expect(error.message).toBe('zenovay answered something that is not JSON.')
    }),
  )
})

test('JSON of another shape is an invalid answer that says so and quotes nothing', () => {
  const otherShape = fc.jsonValue().filter(value => !schema.safeParse(value).success)
  fc.assert(
    fc.property(otherShape, value => {
      const error = failureOf(JSON.stringify(value))
      expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', retryable: false })
      expect(error.message).toBe('zenovay answered JSON of another shape than documented.')
    }),
  )
})

test.each(['no JSON', '{"other": "shape"}'])('a failure keeps its cause and what is known: %s', text => {
  const error = failureOf(text)
  expect(error.cause).toBeInstanceOf(Error)
  expect(error).toMatchObject({ upstreamStatus: 200, upstreamRequestId: 'abc' })
})

test('an error body is read where it can be, whatever its content type says', () => {
  expect(tryJson('{"errors":["Forbidden"]}')).toEqual({ errors: ['Forbidden'] })
  expect(tryJson('')).toBeUndefined()
  expect(tryJson('Bad Gateway 1234567890123456789')).toBeUndefined()
})

const schema = z.object({ pages: z.array(z.string()) })

function failureOf(text: string): UpstreamError {
  try {
    parseJson('zenovay', schema, text, { upstreamStatus: 200, upstreamRequestId: 'abc' })
  } catch (error) {
    if (error instanceof UpstreamError) return error
    throw error
  }
  throw new Error(`${text} was understood.`)
}

/** Integers that no double holds, as JSON prints them. */
function longIntegersAsText(value: unknown): unknown {
  if (typeof value === 'number') {
    const text = JSON.stringify(value)
    return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? value : text
  }
  if (Array.isArray(value)) return value.map(longIntegersAsText)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, longIntegersAsText(member)]))
}

test('half a surrogate pair becomes U+FFFD, and everything else stays as it is', () => {
  const unit = fc.constantFrom(
    '\\ud83d',
    '\\ude00',
    '\\uD83D\\uDE00',
    '\\\\ud800',
    '\\u0041',
    '\\n',
    '\\\\',
    'ud800',
    '"',
    'é',
    '😀',
  )
  fc.assert(
    fc.property(fc.array(unit), fc.boolean(), (units, isLong) => {
      const text = units.map(one => (one === '"' ? '\\"' : one)).join('')
      const json = `{"${text}":["${text}",${isLong ? '12345678901234567890' : '1'}]}`
      const plain: unknown = JSON.parse(`"${text}"`)
      const expected = String(plain).toWellFormed()
      expect(tryJson(json)).toEqual({ [expected]: [expected, isLong ? '12345678901234567890' : 1] })
    }),
    { numRuns: 500 },
  )
})
