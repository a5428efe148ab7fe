import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { Drift } from '../../../src/upstream/drift/drift.ts'
import { parseJson } from '../../../src/upstream/http/json.ts'
import { optional, sometimes, unused } from '../../../src/upstream/http/wire-values.ts'
import { recordLog } from '../../support/recorded-log.ts'
import { failureOf } from '../../support/wiring.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const row = z
  .object({ url: z.string(), visits: optional(z.int()), tag: sometimes(z.string()), team: unused })
  .transform(({ url, visits }) => ({ url, visits }))
const schema = z.compile(
  z.object({
    data: z.object({ rows: z.array(row), total: z.union([z.int(), z.string()]).optional() }),
    counts: z.record(z.string(), z.number()).optional(),
  }),
)

function open() {
  const { log, lines, messages } = recordLog()
  const drift = new Drift('zenovay', log)
  const watch = drift.watch('GET /rows')
  const read = async (json: unknown) => {
    const call = async () => parseJson('zenovay', schema, JSON.stringify(json), {}, watch)
    await call().catch(() => undefined)
    return drift.entries.map(({ kind, path, sample }) => ({ kind, path, sample }))
  }
  return { drift, read, lines, messages, watch }
}

test('a response as documented says nothing, with members missing that may be', async () => {
  const { read, messages } = open()
  const rows = [
    { url: '/', visits: 1, tag: 'a', team: 'b' },
    { url: '/', visits: null },
  ]
  expect(await read({ data: { rows, total: '5' }, counts: { '2025-06-02': 5 } })).toEqual([])
  expect(messages).toEqual([])
})

test('unknown and missing members are told with their path and a type, once, however many rows have them', async () => {
  const { read } = open()
  const rows = Array.from({ length: 50 }, (_, index) => ({
    url: '/',
    visit_count: index,
    labels: ['a', 'b'],
  }))
  expect(await read({ data: { rows }, meta: { 'jane@example.com': 1 } })).toEqual([
    { kind: 'MISSING', path: 'data.rows[].visits', sample: null },
    { kind: 'UNKNOWN', path: 'data.rows[].visit_count', sample: 'number' },
    { kind: 'UNKNOWN', path: 'data.rows[].labels', sample: 'array of 2' },
    { kind: 'UNKNOWN', path: 'meta', sample: 'object with 1 members' },
  ])
})

test('what the schema refuses is told from each response, by what it says is wrong', async () => {
  const { read, drift } = open()
  await read({ data: { rows: [] } })
  expect(await read({ data: { rows: [{ url: 7, visits: 1 }, { visits: 'many' }] } })).toEqual([
    { kind: 'OTHER_TYPE', path: 'data.rows[].url', sample: 'number' },
    { kind: 'MISSING', path: 'data.rows[].url', sample: null },
    { kind: 'OTHER_TYPE', path: 'data.rows[].visits', sample: 'string' },
  ])
  await read({ data: { rows: [{ url: 7, visits: 1 }] } })
  expect(drift.entries[0]).toMatchObject({ endpoint: 'GET /rows', count: 2 })
  expect(await open().read(['planted'])).toEqual([{ kind: 'OTHER_TYPE', path: '', sample: 'array of 1' }])
})

test('a name that is data is not shown, nor is any value', async () => {
  const { read, lines } = open()
  const names = ['jane@example.com', '2025-06-02T00:00:00Z', 'id-4711', 'Jane Doe', 'a'.repeat(65), 'é']
  const unknown = Object.fromEntries(names.map(name => [name, 'planted-value']))
  expect(await read({ data: { rows: [] }, ...unknown })).toEqual([
    { kind: 'UNKNOWN', path: '{}', sample: 'string' },
  ])
  await read({ data: { rows: [] }, counts: { [names[0] ?? '']: 'planted-value' } })
  expect(lines.join()).not.toMatch(/planted|jane|4711|2025-06|Doe/i)
})

test('the first ten responses of an endpoint in each second are compared, whatever came before', async () => {
  const { drift, read } = open()
  const counts = () => drift.entries.map(({ count }) => count)
  const json = { data: { rows: [] }, more: 1 }
  await read({ data: { rows: [] } })
  for (let time = 0; time < 20; time++) await read(json)
  expect(counts()).toEqual([9])
  vi.setSystemTime(Date.now() + 999)
  await read(json)
  expect(counts()).toEqual([9])
  vi.setSystemTime(Date.now() + 1)
  await read(json)
  expect(counts()).toEqual([10])
  // A clock that is put back by a day does not end it.
  vi.setSystemTime(Date.now() - 86_400_000)
  for (let time = 0; time < 20; time++) await read(json)
  expect(counts()).toEqual([20])
})

test('each difference is logged once an hour', async () => {
  const { read, messages } = open()
  for (let time = 0; time <= 60; time++) {
    await read({ data: { rows: [] }, more: 1 })
    vi.setSystemTime(Date.now() + 60_000)
  }
  const line = 'zenovay answers GET /rows with a member that is not documented (number): more'
  expect(messages).toEqual([line, line])
})

test('at most 200 differences are kept', async () => {
  const { drift, watch } = open()
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const json: Record<string, unknown> = { data: { rows: [] } }
  for (const first of letters) for (const second of letters) json[`${first}${second}`] = 1
  parseJson('zenovay', schema, JSON.stringify(json), {}, watch)
  expect(drift.entries).toHaveLength(200)
})

test('whatever a vendor sends, it is read or refused as without a watch, and no value is told', async () => {
  const texts = fc.string({ minLength: 8 }).map(text => `planted ${text}`)
  const arbitrary = fc.letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'small' },
      texts,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(texts, fc.constantFrom('data', 'rows', 'url', 'visits', 'counts')),
        tie('value'),
      ),
    ),
  })).value
  await fc.assert(
    fc.asyncProperty(arbitrary, async json => {
      const { drift, watch, lines } = open()
      const text = JSON.stringify(json)
      const watched = async () => parseJson('zenovay', schema, text, {}, watch)
      const plain = async () => parseJson('zenovay', schema, text)
      const [one, other] = await Promise.allSettled([watched(), plain()])
      expect(one.status).toBe(other.status)
      if (one.status === 'fulfilled') expect(one).toEqual(other)
      else expect((await failureOf(watched())).code).toBe('UPSTREAM_INVALID_RESPONSE')
      expect(JSON.stringify(drift.entries) + lines.join()).not.toContain('planted')
    }),
    { numRuns: 300 },
  )
})
