import { cp, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { buildInto } from '../../build.ts'
import { type BenchServer, startServer } from '../bench/process.ts'
import { emptyFolder, startNode } from '../support/child.ts'

const megabyte = 1e6

/** Of 400 MB, with room for a machine that is busy: there garbage is collected late, and one run took 413. */
const most = 450 * megabyte

/** A fifteenth of a year of 3,000 stores by the hour, which has 26 million rows. */
const [stores, days] = [200, 365]
const rows = stores * days * 24
const from = Temporal.PlainDate.from('2024-01-01')
const asked = { from: `${from}`, to: `${from.add({ days })}` }

const resources = new AsyncDisposableStack()
let emulator: BenchServer
let [folder, main] = ['', '']

beforeAll(async () => {
  emulator = resources.use(await startServer('emulator.ts', { arguments: [] }))
  folder = await emptyFolder(resources)
  // What is installed, as people run it: the source takes some 60 MB more.
  const root = join(import.meta.dirname, '../..')
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await buildInto(join(folder, 'dist'))
  main = join(folder, 'dist/src/main.js')
}, 120_000)
afterAll(() => resources.disposeAsync())

/** Everything else is as it comes: the heap of Node's own size, the cache of the default one. */
async function environmentOf(count: number): Promise<Record<string, string>> {
  const catalog = join(folder, `${count}.yaml`)
  const entries = Array.from(
    { length: count },
    (_, index) =>
      `  - { id: store-${index + 1}, name: Store ${index + 1}, timeZone: Europe/London, analytiks: { locationId: ${index + 1} } }\n`,
  )
  await writeFile(catalog, `locations:\n${entries.join('')}`)
  return {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_CATALOG: catalog,
    ISOTHERM_EXPORT_DIR: folder,
    ISOTHERM_ANONYMOUS: 'traffic:read',
    ANALYTIKS_CLIENT_ID: 'test',
    ANALYTIKS_CLIENT_SECRET: 'test',
    ANALYTIKS_TOKEN_URL: `${emulator.origin}/token`,
    ANALYTIKS_EXPORTS_URL: emulator.origin,
  }
}

const quiet = { timeout: 300_000 }

test.each(['csv', 'ndjson', 'parquet'])(
  'a server that sends millions of rows as %s takes some 400 MB at most',
  quiet,
  async format => {
    await using isotherm = await startServer(main, {
      environment: await environmentOf(stores),
    })
    const address = `${isotherm.origin}/export/traffic.${format}?${new URLSearchParams(asked)}`
    const { statusCode, body } = await request(address, { bodyTimeout: 300_000, headersTimeout: 300_000 })
    expect(statusCode).toBe(format === 'parquet' ? 303 : 200)
    let [lines, end] = [0, '']
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('a body of bytes')
      for (const byte of chunk) if (byte === 10) lines++
      end = (end + chunk.subarray(-2000).toString()).slice(-2000)
    }
    if (format !== 'parquet') expect(lines).toBe(rows + 1)
    if (format === 'ndjson')
      expect(JSON.parse(end.trimEnd().split('\n').at(-1) ?? '').verdict).toMatchObject({
        complete: true,
        rows,
      })
    const peak = await isotherm.order('peak-memory', z.number())
    console.log(`a server's ${format}: ${Math.round(peak / megabyte)} MB`)
    expect(peak).toBeLessThan(most)
  },
)

test.each(['csv', 'ndjson', 'parquet'])(
  'the command that writes millions of rows as %s takes some 400 MB at most',
  quiet,
  async format => {
    const peak = await peakOfCommand(format, stores)
    console.log(`the command's ${format}: ${Math.round(peak / megabyte)} MB`)
    expect(peak).toBeLessThan(most)
  },
)

test('an export of three times as many rows takes hardly more memory', quiet, async () => {
  const [few, many] = [await peakOfCommand('csv', stores), await peakOfCommand('csv', 3 * stores)]
  expect(many).toBeLessThan(few + 100 * megabyte)
})

async function peakOfCommand(format: string, count: number): Promise<number> {
  const file = join(folder, `${count}.${format}`)
  const options = [
    '--from',
    asked.from,
    '--to',
    asked.to,
    '--interval',
    'HOURLY',
    '--output',
    file,
    '--quiet',
  ]
  const scales = join(import.meta.dirname, '../support/peak-at-exit.ts')
  const words = ['--import', scales, main, 'export', `traffic.${format}`, ...options]
  await using command = await startNode(words, await environmentOf(count))
  const [, kibibytes] = await command.says(/VmHWM:\s+(\d+) kB/)
  expect(await command.ended()).toBe(0)
  expect((await stat(file)).size).toBeGreaterThan(rows)
  return Number(kibibytes) * 1024
}
