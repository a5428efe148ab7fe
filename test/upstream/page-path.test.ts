import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spelledPath } from '../../src/upstream/page-path.ts'

const parts = fc.oneof(
  fc.constantFrom('.', '..', '%2e', '%2E%2e', '...', '.a', 'a.', '', 'ä', '%', '%41', '\\', 'a b', '"', "'"),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'abAZ09_-~!$&()*+,;=:@.|[]{}^`<>?#/\\\t\n') }),
)
const paths = fc.array(parts, { minLength: 1, maxLength: 4 }).map(all => `/${all.join('/')}`)

test('a path is spelled as a URL spells it', () => {
  fc.assert(
    fc.property(paths, path => {
      const url = URL.parse(`https://website.invalid${path}`)
      if (!url) return
      expect(spelledPath(path)).toBe(url.pathname + url.search + url.hash)
    }),
    { numRuns: 2000 },
  )
})
