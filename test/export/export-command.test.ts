import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { readCommand } from '../../src/cli/command-line.ts'
import { exportUntil } from '../../src/cli/export/export.ts'
import { exportOptions } from '../../src/cli/export/export-words.ts'
import { progressLine } from '../../src/cli/export/progress.ts'
import { usage } from '../../src/cli/usage.ts'
import type { Environment } from '../../src/config/environment.ts'
import { startNode } from '../support/child.ts'
import { arrival } from '../support/wiring.ts'
import { openCommandWorld } from './command-world.ts'
import { parseCsv } from './read-export.ts'

const world = openCommandWorld()

const never = new Promise<void>(() => {})

/** The exit code and what the terminal was told. */
async function run(
  words: string,
  {
    stopped = never,
    isTerminal = false,
    name = 'out',
    environment = {},
  }: {
    readonly stopped?: Promise<void>
    readonly isTerminal?: boolean
    readonly name?: string
    readonly environment?: Environment
  } = {},
) {
  const command = readCommand(['export', ...words.split(' '), '-o', join(world.folder, name)])
  if (command.name !== 'export') throw new Error('no export')
  const told: string[] = []
  const terminal = { isTerminal, write: (text: string) => told.push(text) }
  const options = { environment: { ...world.environment, ...environment }, sandboxByDefault: false }
  const code = await exportUntil(stopped, command.words, options, terminal)
  return { code, told: told.join(''), files: (await readdir(world.folder)).toSorted() }
}

const days = '--from 2026-10-20 --to 2026-10-29 --interval daily'

test('an export is a file once it is whole, and one line says what it cost', async () => {
  const { code, told, files } = await run(`traffic.csv --location ginza --location pitt-street ${days}`)
  expect({ code, files }).toEqual({ code: 0, files: ['out'] })
  expect(told).toMatch(/out: 18 rows, \d+ calls, data at most \d+ s old\.\n$/)
  const rows = parseCsv(await readFile(join(world.folder, 'out'), 'utf8'))
  expect(rows.map(({ location }) => location)).toEqual([
    ...Array(9).fill('Location:ginza'),
    ...Array(9).fill('Location:pitt-street'),
  ])
})

test('one row and one call are told as such', async () => {
  const { told } = await run(
    'traffic.csv --location ginza --from 2026-10-20 --to 2026-10-21 --interval monthly --metrics visits',
  )
  expect(told).toMatch(/out: 1 row, 1 call, data/)
})

test('an option that may be given several times counts each time', async () => {
  const { code } = await run(`traffic.csv --location ginza --metrics visits --metrics bounces ${days}`)
  expect(code).toBe(0)
  const [row] = parseCsv(await readFile(join(world.folder, 'out'), 'utf8'))
  expect(Object.keys(row ?? {})).toEqual(expect.arrayContaining(['visits', 'bounces']))
})

test('a Parquet file is written by the command itself', async () => {
  const { code, files } = await run(`traffic.parquet --location ginza ${days}`)
  expect({ code, files }).toEqual({ code: 0, files: ['out'] })
  const file = Uint8Array.from(await readFile(join(world.folder, 'out'))).buffer
  expect(await parquetReadObjects({ file })).toHaveLength(9)
  const failed = await run(`traffic.parquet --location ginza --location analytiks:987 ${days}`)
  expect(failed).toMatchObject({ code: 3, files: ['out', 'out.errors.ndjson', 'out.part'] })
})

test.each([
  ['127.0.0.1', 'http://127.0.0.1:4711'],
  ['0.0.0.0', 'http://127.0.0.1:4711'],
  ['::1', 'http://[::1]:4711'],
  ['[::]', 'http://[::1]:4711'],
])('images are at the server of the same settings: HOST=%s', async (HOST, origin) => {
  const words = 'heatmaps.csv --location ginza --types path --from 2026-11-01 --to 2026-11-03'
  const { code } = await run(words, { environment: { HOST, PORT: '4711', ISOTHERM_ANONYMOUS: 'explore' } })
  expect(code).toBe(0)
  const rows = parseCsv(await readFile(join(world.folder, 'out'), 'utf8'))
  expect(new Set(rows.map(({ image }) => new URL(image ?? '').origin))).toEqual(new Set([origin]))
})

test('what failed leaves the rest as .part, its sentence in a file of errors, and the code 3', async () => {
  const { code, told, files } = await run(
    `traffic.csv --location ginza --location analytiks:987 ${days} --quiet`,
  )
  expect({ code, files }).toEqual({ code: 3, files: ['out.errors.ndjson', 'out.part'] })
  expect(told).toMatch(/out\.part is not whole: 1 failed/)
  expect(parseCsv(await readFile(join(world.folder, 'out.part'), 'utf8'))).toHaveLength(9)
  const errors = await readFile(join(world.folder, 'out.errors.ndjson'), 'utf8')
  expect(JSON.parse(errors)).toMatchObject({
    of: { location: 'Location:analytiks:987' },
    code: 'UPSTREAM_FORBIDDEN',
  })
})

test('a signal leaves no file, of an earlier export neither, and stops the calls', async () => {
  for (const name of ['out.part', 'out.errors.ndjson']) await writeFile(join(world.folder, name), 'earlier')
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  const { journal } = world.sandbox.analytiks
  journal.script({ route: 'POST /json/v2', hang: true })
  const running = run(`traffic.ndjson --location ginza ${days}`, { stopped })
  while (journal.count('POST /json/v2') === 0) await new Promise(resolve => setImmediate(resolve))
  stop()
  const { code, files } = await running
  expect({ code, files }).toEqual({ code: 130, files: [] })
})

test.each([
  ['SIGINT', 1],
  ['SIGTERM', 1],
  // As from a terminal that is closed: by the shell, and by the terminal.
  ['SIGHUP', 2],
] as const)('its process hears %s while it runs, %i times', async (signal, times) => {
  world.sandbox.analytiks.journal.script({ route: 'POST /json/v2', hang: true })
  const main = join(import.meta.dirname, '../../src/main.ts')
  const words = [main, 'export', 'traffic.csv', '--location', 'ginza', ...days.split(' '), '-o', 'out.csv']
  await using command = await startNode(words, world.environment, world.folder)
  await arrival(world.sandbox.analytiks, 'POST /json/v2')
  for (let time = 0; time < times; time++) {
    command.process.kill(signal)
    await setTimeout(1)
  }
  expect(await command.ended()).toBe(130)
  expect(command.stderr).toBe('Stopped: out.csv is not written.\n')
  expect(await readdir(world.folder)).toEqual([])
})

test('progress is told on a terminal only, and not where it should be quiet', async () => {
  const words = `traffic.ndjson --location ginza ${days}`
  const [shown, quiet, piped] = [
    await run(words, { isTerminal: true }),
    await run(`${words} --quiet`, { isTerminal: true }),
    await run(words),
  ]
  expect(shown.told).toMatch(/^\r\d+ of 2 calls, [\d.]+ a second, \d+ rows/)
  expect(quiet.told).toBe('')
  expect(piped.told).not.toContain('\r')
  expect(progressLine({ rows: 5, planned: 10 }, 100, 5)).toBe(
    '10 of 100 calls, 2.0 a second, 5 rows, 45 s left',
  )
  expect(progressLine({ rows: 5, planned: 10 }, 72_010, 5)).toContain('10.0 h left')
})

test.each([
  [`traffic.csv --location ginza --from 2026-10-20`, /^to is missing/],
  [`traffic.csv --location nowhere ${days}`, /^No location has the id/],
  [`traffic.csv --location ginza ${days} --from 2026-10-21`, /^from is given 2 times/],
])('%s cannot be asked: the code is 2, with a sentence and without a call', async (words, says) => {
  const { code, told, files } = await run(words)
  expect({ code, files }).toEqual({ code: 2, files: [] })
  expect(told).toMatch(says)
  expect(world.sandbox.analytiks.journal.count()).toBe(0)
})

test.each([
  ['traffic.xls'],
  [''],
  ['traffic.csv other'],
  ['traffic.csv --what'],
  ['traffic.csv -o one -o other'],
  ['traffic.csv -o -'],
])('isotherm export %s is no command', words => {
  expect(() => readCommand(['export', ...words.split(' ').filter(Boolean)])).toThrow()
})

test('an export that is refused leaves what an earlier one wrote', async () => {
  await writeFile(join(world.folder, 'out.part'), 'earlier')
  expect(await run(`traffic.csv --location nowhere ${days}`)).toMatchObject({ code: 2, files: ['out.part'] })
  expect(await readFile(join(world.folder, 'out.part'), 'utf8')).toBe('earlier')
  expect(await run(`traffic.csv --location ginza ${days}`)).toMatchObject({ code: 0, files: ['out'] })
  expect(await readFile(join(world.folder, 'out'), 'utf8')).not.toContain('earlier')
})

test('the usage names every option and format of an export', () => {
  for (const option of Object.keys(exportOptions)) expect(usage).toContain(`--${option}`)
  for (const word of ['parquet', '-o,', '-q,']) expect(usage).toContain(word)
})
