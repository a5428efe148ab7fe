import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressOf, spelledPath } from '../../src/upstream/page-path.ts'

const parts = fc.oneof(
  fc.constantFrom('.', '..', '%2e', '%2E%2e', '...', '.a', 'a.', '', 'ä', '%', '%41', '\\', 'a b', '"', "'"),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'abAZ09_-~!$&()*+,;=:@.|[]{}^`<>?#/\\\t\n') }),
)
const paths = fc.array(parts, { minLength: 1, maxLength: 4 }).map(all => `/${all.join('/')}`)

test('a path is spelled as a URL spells it, but for escapes, which have one form', () => {
  fc.assert(
    fc.property(paths, path => {
      const url = URL.parse(`https://website.invalid${path}`)
      if (!url) return
      const spelled = spelledPath(path)
      expect(bytesOf(spelled)).toEqual(bytesOf(url.pathname + url.search + url.hash))
      expect(spelled).not.toMatch(/%(?![\dA-F]{2})|%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/)
      expect(spelledPath(spelled)).toBe(spelled)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['/caf%c3%a9', '/caf%C3%A9'],
  ['/caf\u00e9?q=%c3%a9#%C3%a9', '/caf%C3%A9?q=%C3%A9#%C3%A9'],
  ['/%61%2Db%5f%7E/%2fc', '/a-b_~/%2Fc'],
  ['/a%2Eb/%2e%2E/c', '/c'],
  ['/100%', '/100%25'],
  ['/%%34%31', '/%2541'],
  ['/%2541', '/%2541'],
])('%s is spelled %s', (path, spelled) => {
  expect(spelledPath(path)).toBe(spelled)
  expect(addressOf(new URL(`https://shop.example.com${path}`))?.path).toBe(spelled)
})

/** What a path stands for: a percent sign that begins no escape is one itself. */
function bytesOf(path: string): readonly (number | string)[] {
  return (path.match(/%[\da-f]{2}|[\s\S]/gi) ?? []).flatMap(part =>
    part.length === 3 ? Number.parseInt(part.slice(1), 16) : [...Buffer.from(part)],
  )
}
