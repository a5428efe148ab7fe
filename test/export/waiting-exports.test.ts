import { expect, test } from 'vitest'
import { scopes } from '../../src/access/scopes.ts'
import type { GraphResult } from '../../src/export/ask-graph.ts'
import { pageTable } from '../../src/export/page-tables.ts'
import { as, serveCallers } from '../support/serving-callers.ts'

const refusal = (headers: Record<string, string>): GraphResult => ({
  errors: [{ message: 'Ask again later.', extensions: { code: 'RATE_LIMITED', http: { headers } } }],
})

/** What an export of the pages of two websites gives, of which the second is refused at first. */
async function exported(first: GraphResult) {
  const asked: string[] = []
  const calls = async (_document: unknown, { ids }: Readonly<Record<string, unknown>>) => {
    const [id] = ids as readonly string[]
    asked.push(`${id}`)
    if (id === 'b' && asked.length === 2) return first
    const views = {
      leftOut: 0,
      totalCount: 1,
      nodes: [{ view: `${id}-page` }],
      pageInfo: { hasNextPage: false, endCursor: null },
    }
    return { data: { nodes: [{ name: id, views }] } }
  }
  const sites = ['a', 'b'].map(id => ({ id, isNamed: true }))
  const { parts } = pageTable(sites, { facts: calls, calls, gone: new AbortController().signal })
  const read = await Array.fromAsync(parts)
  return {
    asked,
    websites: read.flatMap(({ rows }) => [...rows].map(([website]) => website)),
    failures: read.flatMap(({ failures }) => failures),
  }
}

test('an export that has begun waits for the limit of its caller, whichever website comes next', async () => {
  expect(await exported(refusal({ 'retry-after': '0' }))).toEqual({
    asked: ['a', 'b', 'b'],
    websites: ['a', 'b'],
    failures: [],
  })
})

test('a website that is refused for good is a failure of its own, and does not end the export', async () => {
  expect(await exported(refusal({}))).toMatchObject({
    asked: ['a', 'b'],
    websites: ['a'],
    failures: [{ of: { website: 'b' }, code: 'RATE_LIMITED' }],
  })
})

test('each operation of an export counts against its caller, as if it had been asked alone', async () => {
  const limit = 12_000
  const costs: number[] = []
  await using served = await serveCallers({
    limits: { exporter: { costPerMinute: limit } },
    observers: [{ end: ({ estimatedCost = 0 }) => costs.push(estimatedCost) }],
  })
  const headers = as(scopes, 'exporter')
  const left = async () => {
    const { headers: told } = await fetch(`${served.origin}/graphql?query={__typename}`, { headers })
    return Number(/"cost";r=(\d+)/.exec(told.get('ratelimit') ?? '')?.[1])
  }
  const before = await left()
  const response = await fetch(`${served.origin}/export/pages.ndjson?website=shop&website=help`, { headers })
  await response.text()
  const spent = before - (await left())
  const [, ofExport = 0] = costs
  const alone = await fetch(`${served.origin}/export/pages.ndjson?website=shop`, { headers })
  await alone.text()
  const ofOne = costs.at(-1) ?? 0
  expect(ofExport).toBeGreaterThan(1.5 * ofOne)
  // Counted in hundredths of the limit.
  expect(Math.abs(spent - ofExport)).toBeLessThanOrEqual((2 * limit) / 100)
})
