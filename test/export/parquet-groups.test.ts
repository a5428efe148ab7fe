import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { parquetOf } from '../../src/export/parquet-format.ts'
import type { Row } from '../../src/export/table.ts'
import { Tally } from '../../src/export/verdict.ts'

test('a file of several row groups holds every row once, in its order', async () => {
  const count = 25_001
  const rows: Row[] = Array.from({ length: count }, (_, index) => [
    `store ${index % 7}`,
    // Alone in one group, so that groups are not written alike.
    index < 10_000 ? null : `https://example.com/${'x'.repeat(200)}/${index}`,
    index % 5 === 0 ? null : index,
  ])
  const table = {
    columns: [
      { name: 'name', type: 'text' as const },
      { name: 'link', type: 'text' as const },
      { name: 'visits', type: 'count' as const },
    ],
    parts: (async function* () {
      for (let from = 0; from < count; from += 777)
        yield { rows: rows.slice(from, from + 777), failures: [], notes: [] }
    })(),
  }
  const pieces: Uint8Array[] = []
  const options = { question: 'a test', hasErrors: false }
  for await (const piece of parquetOf(table, options, new Tally())) pieces.push(piece.slice())
  const bytes = Buffer.concat(pieces)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { row_groups: groups, num_rows: total } = await parquetMetadataAsync(file)
  expect([Number(total), ...groups.map(({ num_rows: some }) => Number(some))]).toEqual([
    count,
    10_000,
    10_000,
    5_001,
  ])
  const read = await parquetReadObjects({ file })
  expect(read.map(({ name, link, visits }) => [name, link, visits === null ? null : Number(visits)])).toEqual(
    rows,
  )
})
