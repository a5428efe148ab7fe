import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutText } from '../../src/upstream/cut-text.ts'

test('a text that fits is unchanged, and a longer one keeps its beginning and its end in whole characters', () => {
  const isCut = fc.property(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.integer({ min: 4, max: 40 }),
    (text, most) => {
      const cut = cutText(text, most)
      expect(cut.length).toBeLessThanOrEqual(Math.max(most, Math.min(text.length, most)))
      expect(cut.isWellFormed()).toBe(true)
      if (text.length <= most) expect(cut).toBe(text)
      else {
        const [head = '', ...rest] = cut.split('…')
        expect(text.startsWith(head)).toBe(true)
        expect(text.endsWith(rest.at(-1) ?? '')).toBe(true)
        expect(cut.length).toBeGreaterThanOrEqual(most - 2)
      }
    },
  )
  fc.assert(isCut)
})
