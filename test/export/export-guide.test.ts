import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { readCommand } from '../../src/cli/command-line.ts'
import { startIsotherm } from '../../src/isotherm.ts'
import { emptyFolder } from '../support/child.ts'
import { blocks, pages } from '../support/docs.ts'
import { parseCsv } from './read-export.ts'

const run = promisify(execFile)

test("the guide's and the README's lines write a CSV and a Parquet file of the stores that they name", async () => {
  await using resources = new AsyncDisposableStack()
  const { origin } = resources.use(await startIsotherm({ PORT: '0' }))
  const cwd = await emptyFolder(resources)
  const [line = '', , parquet = ''] = blocks('sh', 'docs/export.md')
  await run('sh', ['-c', line.replace('http://127.0.0.1:4000', origin)], { cwd })
  const rows = parseCsv(await readFile(join(cwd, 'traffic.csv'), 'utf8'))
  expect(new Set(rows.map(({ location }) => location))).toEqual(new Set(['Location:oxford-street']))
  expect(rows).toHaveLength(31)

  await run('sh', ['-c', parquet.replace('http://127.0.0.1:4000', origin)], { cwd })
  const bytes = await readFile(join(cwd, 'traffic.parquet'))
  const stores = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })
  expect(stores).toHaveLength(31 * 12)

  const [, curl = ''] = /`(curl [^`]*\/export\/traffic\.csv[^`]*)`/.exec(pages.get('README.md') ?? '') ?? []
  const { stdout } = await run('sh', ['-c', `${curl.replace('http://127.0.0.1:4000', origin)} -sS`], { cwd })
  expect(parseCsv(stdout)).toHaveLength(31 * 12)
  const file = `${curl.replace('http://127.0.0.1:4000', origin).replace('.csv', '.parquet')} -sSL -o readme.parquet`
  await run('sh', ['-c', file], { cwd })
  const again = await readFile(join(cwd, 'readme.parquet'))
  expect(await parquetReadObjects({ file: Uint8Array.from(again).buffer })).toEqual(stores)
})

test("the guide's command is one", () => {
  const [, line = ''] = blocks('sh', 'docs/export.md')
  const [program, ...words] = line.trim().split(' ')
  expect(program).toBe('isotherm')
  expect(readCommand(words)).toMatchObject({ name: 'export', words: { file: 'traffic.csv' } })
})
