import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTextFile } from '../../src/config/text-file.ts'
import { startIsotherm } from '../../src/isotherm.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isotherm-texts-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(name: string, content: string | Buffer): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

test.each([
  ['ä\r\n\n€ 😀', 'ä\r\n\n€ 😀'],
  ['\uFEFFa: b', 'a: b'],
  ['', ''],
])('a text in UTF-8 is read as it is, without a byte order mark: %j', async (content, text) => {
  expect(await readTextFile(await written('good', content), 'the file')).toEqual({ text })
})

test.each([
  ['Latin-1', Buffer.from('a\n\n  b: Kurfürstendamm\nc: ä', 'latin1'), 3],
  ['UTF-16', Buffer.from('\uFEFFa: b\n', 'utf16le'), 1],
  ['half a character', Buffer.from('a\nä', 'utf8').subarray(0, -1), 2],
])('a text in %s is a problem, with its first line of that kind', async (_name, content, line) => {
  const file = await written('other', content)
  expect(await readTextFile(file, 'the file')).toEqual({
    problem: `${file}:${line}: the file is not in UTF-8 here: save it as UTF-8`,
  })
})

test('access file, catalog and manifest are told together, before a name is served with a character lost', async () => {
  const latin = (text: string) => Buffer.from(text, 'latin1')
  const environment = {
    PORT: '0',
    ISOTHERM_CATALOG: await written(
      'catalog.yaml',
      latin('locations:\n  - { id: a, name: Kurfürstendamm }\n'),
    ),
    ISOTHERM_DOCUMENTS: await written('documents.json', latin('{ "a": "{ __typename } # ä" }')),
  }
  await expect(startIsotherm(environment)).rejects.toMatchObject({
    problems: [
      expect.stringContaining('catalog.yaml:2: the catalog is not in UTF-8 here'),
      expect.stringContaining('documents.json:1: the manifest of documents is not in UTF-8 here'),
    ],
  })
  const access = await written('access.yaml', latin('# für\naccounts: [{ id: a }]\n'))
  await expect(startIsotherm({ PORT: '0', ISOTHERM_ACCESS: access })).rejects.toMatchObject({
    problems: [expect.stringContaining('access.yaml:1: the access file is not in UTF-8 here')],
  })
})
