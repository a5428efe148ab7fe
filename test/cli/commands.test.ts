import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCommand, WrongUsage } from '../../src/cli/command-line.ts'
import { usage } from '../../src/cli/usage.ts'
import { emptyFolder, originOf, startNode } from '../support/child.ts'
import { pages } from '../support/docs.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

test.each([
  [[], { name: 'serve' }],
  [['serve'], { name: 'serve' }],
  [['mcp'], { name: 'mcp' }],
  [['doctor'], { name: 'doctor', isJson: false }],
  [['doctor', '--json'], { name: 'doctor', isJson: true }],
  [['--json', 'doctor'], { name: 'doctor', isJson: true }],
  [['keys', 'create', 'dashboard'], { name: 'keys create', caller: 'dashboard' }],
  [['keys', 'list'], { name: 'keys list' }],
  [['--help'], { name: 'help' }],
  [['-h'], { name: 'help' }],
  [['doctor', '--help'], { name: 'help' }],
  [['--version'], { name: 'version' }],
  [['-v'], { name: 'version' }],
])('%j is a command', (words, command) => {
  expect(readCommand(words)).toEqual(command)
})

test.each([
  [['srve'], '"srve" is no command of isotherm.'],
  [['serve', 'all'], 'isotherm serve takes no "all".'],
  [['keys'], 'isotherm keys needs a command: create or list.'],
  [['keys', 'revoke'], '"revoke" is no command of isotherm keys.'],
  [['keys', 'create'], 'isotherm keys create needs the id of a caller.'],
  [['keys', 'create', 'a', 'b'], 'isotherm keys create <caller> takes no "b".'],
  [['keys', 'list', '--json'], '--json is no option of isotherm keys list.'],
  [['--port', '80'], '"--port" is no option of isotherm.'],
  [['-p'], '"-p" is no option of isotherm.'],
  [['--json'], '--json is no option of isotherm serve.'],
  [['--help=me'], '--help takes no value.'],
  [['export', 'traffic.csv', '--output='], '--output names no file.'],
  [['constructor'], '"constructor" is no command of isotherm.'],
  [['--toString'], '"--toString" is no option of isotherm.'],
  [['a\nb'], '"a\\nb" is no command of isotherm.'],
])('%j is refused with a sentence', (words, sentence) => {
  expect(() => readCommand(words)).toThrow(new WrongUsage(sentence))
})

test('the guide has a row for each command of the usage', () => {
  const commands = [...usage.matchAll(/^ {2}([a-z]+(?: [a-z]+)?)\b/gm)].map(([, command = '']) => command)
  expect(commands).toEqual(['serve', 'mcp', 'doctor', 'keys create', 'keys list', 'export'])
  const guide = pages.get('docs/operating.md') ?? ''
  expect(commands.filter(command => !guide.includes(`| \`isotherm ${command}`))).toEqual([])
})

describe('the command line of the source', () => {
  test('serves when it is told to', async () => {
    await using isotherm = await startNode([main, 'serve'], { PORT: '0' })
    expect((await fetch(`${await originOf(isotherm)}/healthz`)).status).toBe(200)
  })

  test('prints its usage and ends with 2 for what it does not know', async () => {
    await using isotherm = await startNode([main, 'srve'], { PORT: '0' })
    expect(await isotherm.ended()).toBe(2)
    expect(isotherm.stdout).toBe('')
    expect(isotherm.stderr).toMatch(
      /^"srve" is no command of isotherm\.\n\nIsotherm: .*\n\nUsage: isotherm /s,
    )
  })

  test('prints help and version, whatever the settings are', async () => {
    await using help = await startNode([main, '--help'], { PORT: 'high' })
    await using version = await startNode([main, '--version'], { PORT: 'high' })
    expect([await help.ended(), await version.ended()]).toEqual([0, 0])
    expect(help.stdout).toMatch(/^Isotherm: .*\n\nUsage: isotherm \[command\]/s)
    const { version: own } = JSON.parse(await readFile(join(main, '../../package.json'), 'utf8'))
    expect(version.stdout).toBe(`${own}\n`)
  })
})

test('a file .env that cannot be read is a sentence, and keeps nobody from help and version', async () => {
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  await mkdir(join(folder, '.env'))
  for (const words of [['serve'], ['mcp'], ['doctor', '--json'], ['keys', 'create', 'dashboard']]) {
    await using refused = await startNode([main, ...words], { PORT: '0' }, folder)
    expect([await refused.ended(), refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toBe('.env: the file cannot be read. It holds settings, one a line.\n')
  }
  for (const word of ['--help', '--version']) {
    await using told = await startNode([main, word], {}, folder)
    expect([await told.ended(), told.stderr]).toEqual([0, ''])
  }
})

test('a file .env is read with and without a byte order mark, as far as it is text', async () => {
  await using resources = new AsyncDisposableStack()
  const folder = await emptyFolder(resources)
  const file = join(folder, '.env')
  await writeFile(file, '\uFEFFPORT="none" # words\r\nHOST=127.0.0.1\r\n')
  await using doctor = await startNode([main, 'doctor', '--json'], {}, folder)
  expect(await doctor.ended()).toBe(2)
  expect(JSON.parse(doctor.stdout).findings).toMatchObject([{ message: expect.stringMatching(/^PORT: /) }])
  await writeFile(file, '\uFEFFPORT=none\r\n', 'utf16le')
  await using refused = await startNode([main, 'doctor'], {}, folder)
  expect([await refused.ended(), refused.stdout]).toEqual([2, ''])
  expect(refused.stderr).toBe('.env: the file cannot be read. It holds settings, one a line.\n')
})

test('a variable that is nearly a setting is a warning of the log', async () => {
  await using isotherm = await startNode([main], { PORT: '0', ISOTHERM_CATALOGUE: 'planted-value' })
  await originOf(isotherm)
  while (!isotherm.stderr.includes('\n')) await once(isotherm.process.stderr ?? isotherm.process, 'data')
  expect(JSON.parse(isotherm.stderr)).toMatchObject({
    level: 'warn',
    variable: 'ISOTHERM_CATALOGUE',
    message: 'ISOTHERM_CATALOGUE is no setting: it may be meant as ISOTHERM_CATALOG',
  })
  expect(isotherm.stderr).not.toContain('planted-value')
})
