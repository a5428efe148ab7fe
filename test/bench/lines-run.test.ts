import { expect, test } from 'vitest'
import { linesRun } from './lines-run.ts'

const text = `interface Shop { readonly name: string }

/**
 * Says which.
 */
export function sign(value: number): string {
  // Zero is neither.
  if (value > 0) {
    return 'positive'
  }
  return 'not positive'
}

function other(): void {}
`

function range(code: string, count: number) {
  const startOffset = text.indexOf(code)
  return { startOffset, endOffset: startOffset + code.length, count }
}

const body = text.slice(text.indexOf('function sign'), text.indexOf('\n\nfunction other'))
const branch = text.slice(text.indexOf('{\n    return'), text.indexOf('\n  return'))

test('a line counts where some code of it ran; types, comments and empty lines never do', () => {
  expect(linesRun(text, [])).toBe(0)
  expect(linesRun(text, [{ ranges: [range(text, 1)] }])).toBe(7)
  expect(linesRun(text, [{ ranges: [range(body, 3)] }])).toBe(6)
})

test('the innermost range decides, in whatever order ranges come', () => {
  const ranges = [range(branch, 0), range(body, 1)]
  expect(linesRun(text, [{ ranges }])).toBe(4)
  expect(linesRun(text, [{ ranges: ranges.toReversed() }])).toBe(4)
  expect(linesRun(text, [{ ranges: [range(branch, 1), range(body, 0)] }])).toBe(3)
})
