import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportFolderFindings } from '../../src/cli/doctor/export-folder-findings.ts'
import { emptyFolder } from '../support/child.ts'

test.each(['there', 'there/of/exports'])(
  'a folder that can be written, or made, is fine, and is not made: %s',
  async name => {
    await using resources = new AsyncDisposableStack()
    const folder = await emptyFolder(resources)
    await mkdir(join(folder, 'there'))
    expect(await exportFolderFindings(join(folder, name), 'the environment')).toEqual([])
    expect(await readdir(join(folder, 'there'))).toEqual([])
  },
)

test.each([
  ['a file', 'file', 'ENOTDIR'],
  ['below a file', 'file/of/exports', 'ENOTDIR'],
  ['a link that leads nowhere', 'link', 'ENOENT'],
  ['of a name that is too long', 'x'.repeat(300), 'ENAMETOOLONG'],
])('a folder that cannot be one is told: %s', async (_what, name, reason) => {
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  await writeFile(join(folder, 'file'), '')
  await symlink(join(folder, 'nowhere'), join(folder, 'link'))
  expect(await exportFolderFindings(join(folder, name), 'the environment')).toEqual([
    {
      subject: 'exports',
      status: 'failed',
      message: `No Parquet file can be made (${reason}), so such exports are refused: check ISOTHERM_EXPORT_DIR (set in the environment).`,
      variables: { ISOTHERM_EXPORT_DIR: 'the environment' },
    },
  ])
})

test('where the system has no folder for temporary files it is told which setting names another', async () => {
  await using resources = new AsyncDisposableStack()
  const before = process.env.TMPDIR
  resources.defer(() => {
    process.env.TMPDIR = before
    if (before === undefined) delete process.env.TMPDIR
  })
  process.env.TMPDIR = import.meta.filename
  expect(await exportFolderFindings(undefined, 'the environment')).toEqual([
    {
      subject: 'exports',
      status: 'warning',
      message:
        'No Parquet file can be made (ENOTDIR), so such exports are refused: set ISOTHERM_EXPORT_DIR to a folder that can be written.',
    },
  ])
})
