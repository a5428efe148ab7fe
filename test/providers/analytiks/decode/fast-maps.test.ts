import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BucketReader, UnreadableMap } from '../../../../src/providers/analytiks/decode/bucket-reader.ts'
import { type FastMaps, readFastMaps } from '../../../../src/providers/analytiks/decode/fast-maps.ts'
import { locationMetrics } from '../../../../src/providers/analytiks/records.ts'
import { wholeResponse } from '../../../../src/providers/analytiks/wire.ts'
import { UpstreamError } from '../../../../src/upstream/error.ts'
import { parseJson } from '../../../../src/upstream/http/json.ts'

/** Quarter-hours around a new year. */
const quarterKey = fc.integer({ min: -6, max: 6 }).map(quarter => {
  const text = new Date(Date.UTC(2026, 0, 1) + quarter * 900_000).toISOString()
  return `${text.slice(0, 19)}Z`
})
/** Times that differ in single digits at any position. */
const nearKey = fc.constantFrom(1, 3, 5, 7, 9, 11, 13).map(other => {
  const digits = Array.from('10101010101111', (digit, index) => (index === other ? 1 - Number(digit) : digit))
  return digits.join('').replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z')
})
const plainKey = fc.oneof(quarterKey, nearKey)
const key = fc.oneof(
  { weight: 20, arbitrary: plainKey },
  { weight: 2, arbitrary: plainKey.map(text => text.slice(0, -1)) },
  fc.constantFrom(
    '2026-01-01T01:00:00+01:00',
    '2026-01-01T00:00:00.000Z',
    '2026',
    '12',
    '__proto__',
    '',
    'é',
    'Z',
  ),
)
const value = fc.oneof(
  { weight: 20, arbitrary: fc.nat(2000) },
  fc.constantFrom(0, -0, -1, 0.5, 1e15, 999_999_999_999_999, 2 ** 53 - 1, 2 ** 53, '1', null, true, {}),
)
const plainMap = fc.dictionary(plainKey, fc.nat(2000))
const inOrder = plainMap.map(map => Object.fromEntries(Object.entries(map).sort()))
const map = fc.oneof(
  { weight: 10, arbitrary: inOrder },
  plainMap,
  fc.dictionary(key, value),
  fc.constantFrom('', '0', 'visits', null, undefined, 7, []),
)
const metrics = Object.fromEntries(locationMetrics.map(metric => [metric, map]))
const row = fc.record({
  ...metrics,
  locationId: fc.constantFrom(1, 2),
  referenceNumber: fc.constantFrom(undefined, null, 'US1', '"visits":{"2026-01-01T00:00:00Z":1}', '":{"'),
  pointOfInterest: fc.option(fc.array(fc.record({ id: fc.string(), visits: map, peakVisits: map }))),
  'other "visits': map,
})
/** Maps of a vendor that prints all its times in another way. */
const ending = fc.constantFrom('', '.000Z', '+01:00', '.000+01:00', '.000000+01:00')
const body = fc
  .tuple(fc.array(row, { maxLength: 3 }), fc.option(ending))
  .map(([rows, ending]) =>
    JSON.stringify(rows).replaceAll('Z":', all => (ending === null ? all : `${ending}":`)),
  )

const scraps = fc.constantFrom(
  ...[
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    ' ',
    '\n',
    '0',
    '12',
    '-',
    '.',
    'e',
    'Z',
    'T',
    '\u0000',
    '\u2028',
    // Characters whose low bytes are a digit, a quote and a comma.
    '\u0130',
    '\u0122',
    '\u012c',
  ],
  ...['"visits":{"', '"2026-01-01T00:00:00Z":1', ',"2026-01-01T00:00:00Z":1', '1234567890123456', 'null'],
)
/** Overwrites some characters: mostly this is no longer JSON, or has maps that no vendor sends. */
const damagedBody = fc
  .tuple(body, fc.array(fc.tuple(fc.nat(), fc.nat(3), scraps), { minLength: 1, maxLength: 3 }))
  .map(([body, damages]) =>
    damages.reduce((text, [seed, length, scrap]) => {
      const at = seed % (text.length + 1)
      return text.slice(0, at) + scrap + text.slice(at + length)
    }, body),
  )

test('a response has the same content, or is refused alike, with and without fast maps', () => {
  fc.assert(
    fc.property(fc.oneof(body, damagedBody), body => {
      expect(readAll(readMaps(body))).toEqual(readAll({ text: body, find: () => undefined }))
    }),
    { numRuns: 2000 },
  )
})

test('all maps of plain dates and counts are read fast', () => {
  fc.assert(
    fc.property(fc.array(inOrder.filter(map => Object.keys(map).length > 0)), maps => {
      const rows = maps.map(visits => ({
        locationId: 1,
        visits,
        pointOfInterest: [{ id: 'a', peakVisits: visits }],
      }))
      expect(readMaps(JSON.stringify(rows)).text).not.toMatch(/T\d\d:/)
    }),
  )
})

test.each([
  ...['', '00', '01', '-1', '1.5', '1e3', '1 ', '"1"', '10', '0'],
  ...['999999999999999', '1000000000000000', '9007199254740991', '9007199254740993', '12345678901234567890'],
])('a count written as %j is read as JSON reads it, or refused', count => {
  const body = `[{"locationId":1,"visits":{"2026-01-01T00:00:00Z":${count}}}]`
  expect(readAll(readMaps(body))).toEqual(readAll({ text: body, find: () => undefined }))
})

test('characters beyond one byte are not confused with ASCII', () => {
  const body = '[{"locationId":1,"visits":{"2026-01-01T00:00:00Z":1\u0130}}]'
  expect(readAll(readMaps(body))).toBe('refused')
})

test('times of one length may have two forms', () => {
  const keys = ['2026-01-01T00:00+01:00', '2026-01-01T00:00:00.00']
  const body = JSON.stringify(keys.map(key => ({ locationId: 1, visits: { [key]: 1 } })))
  expect(readAll(readMaps(body))).toEqual(readAll({ text: body, find: () => undefined }))
})

test('a map that is not a metric stays in the text', () => {
  const body = '{"successes":[],"failures":{"2026-01-01T00:00:00Z":1}}'
  expect(readMaps(body).text).toBe(body)
})

test('neighbouring maps with the same times share one list', () => {
  const map = { '2026-01-01T00:00:00Z': 1, '2026-01-01T01:00:00Z': 2 }
  const { text, find } = readMaps(JSON.stringify([{ locationId: 1, visits: map, bounces: map }]))
  const [{ visits, bounces }] = JSON.parse(text)
  expect(find(visits)?.times).toBe(find(bounces)?.times)
})

function readMaps(body: string): FastMaps {
  return readFastMaps(Buffer.from(body))
}

function readAll(fastMaps: FastMaps): unknown {
  try {
    return parseJson('analytiks', wholeResponse, fastMaps.text)(new BucketReader(fastMaps))
  } catch (error) {
    if (error instanceof UnreadableMap || error instanceof UpstreamError) return 'refused'
    throw error
  }
}
