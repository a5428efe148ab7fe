import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BadInput } from '../../../src/upstream/bad-input.ts'
import { routeUrl } from '../../../src/upstream/http/route.ts'

const base = new URL('https://api.example.com/api/external/v1')

/** Any text at all, half surrogate pairs included. */
const anyText = fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) })
const hostileText = fc.constantFrom(
  '/',
  '%2e%2e',
  '.%2E',
  '..;',
  '?x=1',
  '#',
  '\\..\\',
  '\t..',
  ' ',
  '%',
  'é/../',
)
const segment = fc
  .oneof(anyText, hostileText, fc.string())
  .filter(text => text.isWellFormed() && text !== '.' && text !== '..')

test('the path of a route decodes to the segments it was made of, below the path of its base', () => {
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), segments => {
      const url = routeUrl(base, segments)
      expect(url.pathname.split('/').map(decodeURIComponent)).toEqual([
        '',
        'api',
        'external',
        'v1',
        ...segments,
      ])
      expect([url.origin, url.search, url.hash]).toEqual(['https://api.example.com', '', ''])
      expect(new URL(url.href).pathname).toBe(url.pathname)
    }),
    { numRuns: 1000 },
  )
})

test.each(['https://api.example.com/v1', 'https://api.example.com/v1/'])(
  'a base may end with a slash or without: %s',
  href => {
    expect(routeUrl(new URL(href), ['websites']).href).toBe('https://api.example.com/v1/websites')
  },
)

test.each(['https://api.example.com', 'https://api.example.com/'])(
  'a base may be a bare origin: %s',
  href => {
    expect(routeUrl(new URL(href), ['websites']).href).toBe('https://api.example.com/websites')
  },
)

test.each(['.', '..', '\ud800', 'a\udc00b'])('a segment that would lead elsewhere is refused: %j', text => {
  for (const segments of [[text], ['a', text], [text, 'a']]) {
    expect(() => routeUrl(base, segments)).toThrow(BadInput)
  }
})

test('a query decodes to what was asked, members that are undefined left out', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(undefined))
  const query = fc.dictionary(fc.oneof(fc.string(), fc.constant('filter[view_name]')), value)
  fc.assert(
    fc.property(query, query => {
      const url = routeUrl(base, ['snapshots'], query)
      const asked = Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      )
      expect([...new URL(url.href).searchParams]).toEqual(asked)
      expect(url.pathname).toBe('/api/external/v1/snapshots')
    }),
  )
})

test('the base stays what it was', () => {
  routeUrl(base, ['a', 'b'], { c: 1 })
  expect(base.href).toBe('https://api.example.com/api/external/v1')
})
