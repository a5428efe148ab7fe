import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { startServer } from '../bench/process.ts'
import { emptyFolder } from '../support/child.ts'

const mebibyte = 2 ** 20

/** In MiB: garbage that is not collected yet is in every peak, unless there is no room for it. */
const heap = 192

/** Reads an export as fast as it comes, and returns its lines of rows and the memory that it took at most. */
async function exportOf(stores: number, days: number) {
  await using resources = new AsyncDisposableStack()
  const emulator = resources.use(await startServer('emulator.ts', { arguments: [] }))
  const catalog = join(await emptyFolder(resources), 'catalog.yaml')
  const ids = Array.from({ length: stores }, (_, index) => index + 1)
  const entries = ids.map(
    id =>
      `  - { id: store-${id}, name: Store ${id}, timeZone: Europe/London, analytiks: { locationId: ${id} } }\n`,
  )
  await writeFile(catalog, `locations:\n${entries.join('')}`)
  const environment = {
    PORT: '0',
    ISOTHERM_SANDBOX: 'off',
    ISOTHERM_CATALOG: catalog,
    // What is measured is the export, not what is kept for the next one.
    ISOTHERM_CACHE_BYTES: '0',
    ANALYTIKS_CLIENT_ID: 'test',
    ANALYTIKS_CLIENT_SECRET: 'test',
    ANALYTIKS_TOKEN_URL: `${emulator.origin}/token`,
    ANALYTIKS_EXPORTS_URL: emulator.origin,
  }
  const isotherm = resources.use(
    await startServer('../../src/main.ts', {
      environment,
      options: [`--max-old-space-size=${heap}`],
    }),
  )
  const from = Temporal.PlainDate.from('2024-01-01')
  const { statusCode, body } = await request(
    `${isotherm.origin}/export/traffic.ndjson?from=${from}&to=${from.add({ days })}`,
    { bodyTimeout: 300_000, headersTimeout: 300_000 },
  )
  expect(statusCode).toBe(200)
  let lines = 0
  let end = ''
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a body of bytes')
    for (const byte of chunk) if (byte === 10) lines++
    end = (end + chunk.subarray(-2000).toString()).slice(-2000)
  }
  const { verdict } = JSON.parse(end.trimEnd().split('\n').at(-1) ?? '')
  return { rows: lines - 1, verdict, peak: await isotherm.order('peak-memory', z.number()) }
}

/** A hundredth and a fifteenth of a year of 3,000 stores by the hour, which has 26 million rows. */
test('an export of seven times as many rows takes hardly more memory, where there is no room for garbage', {
  timeout: 600_000,
}, async () => {
  const short = await exportOf(100, 100)
  const long = await exportOf(200, 365)
  console.log(
    `peaks: ${short.peak / mebibyte} MiB of ${short.rows} rows, ${long.peak / mebibyte} of ${long.rows}`,
  )
  for (const { rows, verdict } of [short, long]) expect(verdict).toMatchObject({ complete: true, rows })
  expect(short.rows).toBe(100 * 100 * 24 - 100)
  expect(long.rows).toBe(200 * 365 * 24)
  expect(long.peak).toBeLessThan(370 * mebibyte)
  expect(long.peak).toBeLessThan(short.peak + 100 * mebibyte)
})
