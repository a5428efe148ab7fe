import { execFile } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PartFile } from '../../src/export/part-file.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox.ts'
import { emptyFolder, startNode } from '../support/child.ts'
import { parseCsv } from './read-export.ts'

const resources = new AsyncDisposableStack()
let sandbox: Sandbox
let [folder, catalog] = ['', '']

beforeAll(async () => {
  sandbox = resources.use(await startSandbox())
  catalog = join(await emptyFolder(resources), 'catalog.yaml')
  await writeFile(catalog, sandboxCatalog())
})
afterAll(() => resources.disposeAsync())
beforeEach(async () => {
  folder = await emptyFolder(resources)
  for (const { journal } of sandbox.emulators) journal.clear()
})

const main = join(import.meta.dirname, '../../src/main.ts')
const environment = () => ({
  ISOTHERM_SANDBOX: 'off',
  ISOTHERM_CATALOG: catalog,
  ISOTHERM_BREAKER: 'off',
  ...sandbox.environment(),
})

function start(location: string, output: string) {
  const days = ['--from', '2026-10-20', '--to', '2026-10-29', '--interval', 'daily']
  const words = ['export', 'traffic.csv', '--location', location, ...days, '-o', output]
  return startNode([main, ...words], environment(), folder)
}

async function run(output: string, location = 'ginza') {
  await using command = await start(location, output)
  const code = await command.ended()
  return { code, told: command.stderr, files: (await readdir(folder)).toSorted() }
}

async function locationsIn(file: string) {
  return parseCsv(await readFile(join(folder, file), 'utf8')).map(({ location }) => location)
}

const ofGinza = Array(9).fill('Location:ginza')

test('what is no file is not written to, before anything is asked', async () => {
  await mkdir(join(folder, 'taken'))
  await symlink('nowhere', join(folder, 'lost'))
  await promisify(execFile)('mkfifo', [join(folder, 'pipe')])
  const told = [await run('no/such/out'), await run('taken'), await run('lost'), await run('pipe')]
  expect(told.map(({ code }) => code)).toEqual([1, 1, 1, 1])
  expect(told.map(({ told }) => told)).toEqual([
    'no/such/out.part cannot be written: there is no such folder.\n',
    'taken cannot be written: it is a folder.\n',
    'lost cannot be written: it is a link that leads nowhere.\n',
    'pipe cannot be written: it is no regular file.\n',
  ])
  expect((await lstat(join(folder, 'pipe'))).isFIFO()).toBe(true)
  expect(sandbox.analytiks.journal.count()).toBe(0)
})

test('a link stays one, and what it leads to is replaced for the same readers', async () => {
  await mkdir(join(folder, 'share'))
  await writeFile(join(folder, 'share/real.csv'), 'earlier')
  await chmod(join(folder, 'share/real.csv'), 0o640)
  await symlink('share/real.csv', join(folder, 'link.csv'))
  const { code, files } = await run('link.csv')
  expect({ code, files }).toEqual({ code: 0, files: ['link.csv', 'share'] })
  expect((await lstat(join(folder, 'link.csv'))).isSymbolicLink()).toBe(true)
  expect(await locationsIn('share/real.csv')).toEqual(ofGinza)
  expect((await stat(join(folder, 'share/real.csv'))).mode & 0o777).toBe(0o640)
  expect(await readdir(join(folder, 'share'))).toEqual(['real.csv'])
})

test('of several at once to one file the latest to begin writes it whole, and the others say why not', async () => {
  const file = join(folder, 'out.csv')
  const gate = Promise.withResolvers<void>()
  async function* pieces(text: string, isHeld: boolean) {
    yield text
    if (isHeld) await gate.promise
    yield text
  }
  const began = Promise.withResolvers<void>()
  await using first = await PartFile.open(file)
  const writing = first.write(pieces('first ', true), began.resolve)
  await began.promise
  {
    await using second = await PartFile.open(file)
    await second.write(pieces('second ', false), () => undefined)
    await second.finish()
  }
  gate.resolve()
  await writing
  await expect(first.finish()).rejects.toThrow(
    `${file} is not written: another export to it began meanwhile.`,
  )
  expect(await readFile(file, 'utf8')).toBe('second second ')
  expect(await readdir(folder)).toEqual(['out.csv'])
  await using third = await PartFile.open(file)
  await first[Symbol.asyncDispose]()
  await third.write(pieces('third ', false), () => undefined)
  await third.finish()
  expect(await readFile(file, 'utf8')).toBe('third third ')
})

test('a file that grows too large is a sentence and the code 1, and nothing is left', async () => {
  const days = ['--from', '2026-01-01', '--to', '2026-10-29', '--interval', 'daily']
  const words = [main, 'export', 'traffic.csv', '--location', 'ginza', ...days, '-o', 'out.csv']
  const limited = ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, ...words]
  const running = promisify(execFile)('sh', limited, { cwd: folder, env: environment() })
  await expect(running).rejects.toMatchObject({
    code: 1,
    stderr: 'out.csv.part cannot be written: it is larger than this user may write.\n',
  })
  expect(await readdir(folder)).toEqual([])
})
