import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Cell } from '../../src/export/table.ts'
import { csvOf } from '../../src/export/text-formats.ts'
import { Tally } from '../../src/export/verdict.ts'
import { parseCsv } from './read-export.ts'

const text = fc.string({
  unit: fc.constantFrom('a', '"', ',', '\r', '\n', '\t', '=', ' ', 'ä'),
  maxLength: 6,
})
const cell = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))

test('each field of a CSV is read as it was, whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 }), async rows => {
      expect(parseCsv(await printed(rows))).toEqual(
        rows.map(([one, two]) => ({ one: `${one ?? ''}`, two: `${two ?? ''}` })),
      )
    }),
  )
})

async function printed(rows: readonly (readonly Cell[])[]): Promise<string> {
  const columns = [
    { name: 'one', type: 'text' },
    { name: 'two', type: 'text' },
  ] as const
  async function* parts() {
    yield { rows, failures: [], notes: [] }
  }
  const options = { escapesFormulas: false, hasMark: false, hasErrors: false }
  const pieces = await Array.fromAsync(csvOf({ columns, parts: parts() }, options, new Tally()))
  return pieces.join('')
}
