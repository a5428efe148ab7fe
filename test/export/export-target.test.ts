import { execFile } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { PartFile } from '../../src/export/part-file.ts'
import { startNode } from '../support/child.ts'
import { openCommandWorld } from './command-world.ts'
import { parseCsv } from './read-export.ts'

const world = openCommandWorld()

const main = join(import.meta.dirname, '../../src/main.ts')

function start(location: string, output: string) {
  const days = ['--from', '2026-10-20', '--to', '2026-10-29', '--interval', 'daily']
  const words = ['export', 'traffic.csv', '--location', location, ...days, '-o', output]
  return startNode([main, ...words], world.environment, world.folder)
}

async function run(output: string, location = 'ginza') {
  await using command = await start(location, output)
  const code = await command.ended()
  return { code, told: command.stderr, files: (await readdir(world.folder)).toSorted() }
}

async function locationsIn(file: string) {
  return parseCsv(await readFile(join(world.folder, file), 'utf8')).map(({ location }) => location)
}

const ofGinza = Array(9).fill('Location:ginza')

test('what is no file is not written to, before anything is asked', async () => {
  await mkdir(join(world.folder, 'taken'))
  await symlink('nowhere', join(world.folder, 'lost'))
  await promisify(execFile)('mkfifo', [join(world.folder, 'pipe')])
  // The standard output of a test's process is a pipe.
  const names = ['no/such/out', 'taken', 'lost', 'pipe', '/dev/stdout']
  const told = await Promise.all(names.map(name => run(name)))
  expect(told.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1])
  expect(told.map(({ told }) => told)).toEqual([
    'no/such/out.part cannot be written: there is no such folder.\n',
    'taken cannot be written: it is a folder.\n',
    'lost cannot be written: it is a link that leads nowhere.\n',
    'pipe cannot be written: it is no regular file.\n',
    '/dev/stdout cannot be written: it is no regular file.\n',
  ])
  expect((await lstat(join(world.folder, 'pipe'))).isFIFO()).toBe(true)
  expect(world.sandbox.analytiks.journal.count()).toBe(0)
})

test('a link stays one, and what it leads to is replaced for the same readers', async () => {
  await mkdir(join(world.folder, 'share'))
  await writeFile(join(world.folder, 'share/real.csv'), 'earlier')
  await chmod(join(world.folder, 'share/real.csv'), 0o640)
  await symlink('share/real.csv', join(world.folder, 'link.csv'))
  const { code, files } = await run('link.csv')
  expect({ code, files }).toEqual({ code: 0, files: ['link.csv', 'share'] })
  expect((await lstat(join(world.folder, 'link.csv'))).isSymbolicLink()).toBe(true)
  expect(await locationsIn('share/real.csv')).toEqual(ofGinza)
  expect((await stat(join(world.folder, 'share/real.csv'))).mode & 0o777).toBe(0o640)
  expect(await readdir(join(world.folder, 'share'))).toEqual(['real.csv'])
})

test('of several at once to one file the latest to begin writes it whole, and the others say why not', async () => {
  const file = join(world.folder, 'out.csv')
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
  expect(await readdir(world.folder)).toEqual(['out.csv'])
  await using third = await PartFile.open(file)
  await first[Symbol.asyncDispose]()
  await third.write(pieces('third ', false), () => undefined)
  await third.finish()
  expect(await readFile(file, 'utf8')).toBe('third third ')
})

test.each(['', 'earlier'])(
  'a folder that is removed meanwhile is not told as another export, over %j',
  async earlier => {
    const folder = join(world.folder, 'share')
    const file = join(folder, 'out.csv')
    await mkdir(folder)
    if (earlier) await writeFile(file, earlier)
    async function* pieces() {
      yield 'one '
      await rm(folder, { recursive: true })
      yield 'other '
    }
    await using part = await PartFile.open(file)
    await part.write(pieces(), () => undefined)
    await expect(part.finish()).rejects.toThrow(`${file} is not written: ${file}.part was removed meanwhile.`)
  },
)

test('a file that grows too large is a sentence and the code 1, and nothing is left', async () => {
  const days = ['--from', '2026-01-01', '--to', '2026-10-29', '--interval', 'daily']
  const words = [main, 'export', 'traffic.csv', '--location', 'ginza', ...days, '-o', 'out.csv']
  const limited = ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, ...words]
  const running = promisify(execFile)('sh', limited, { cwd: world.folder, env: world.environment })
  await expect(running).rejects.toMatchObject({
    code: 1,
    stderr: 'out.csv.part cannot be written: it is larger than this user may write.\n',
  })
  expect(await readdir(world.folder)).toEqual([])
})
