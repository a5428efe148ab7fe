import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { documentCache } from '../../src/server/graphql/document-cache.ts'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

test('long queries that differ leave nothing behind', async () => {
  await using served = await serve({ environment: roomy })
  // Each of them takes some 17 MB once it is parsed.
  const growth = await growthOf(8, async round => {
    const { data } = await askText<object>(served.origin, longQuery(round))
    expect(Object.keys(data)).toHaveLength(aliases)
  })
  expect(growth).toBeLessThan(40e6)
})

test('long queries that do not parse leave nothing behind', async () => {
  await using served = await serve({ environment: roomy })
  const growth = await growthOf(40, async round => {
    const { status } = await askText(served.origin, `${longQuery(round)} }`)
    expect(status).toBe(400)
  })
  expect(growth).toBeLessThan(10e6)
})

test('the time zones of places cost no formatters, each of which has 50 KiB for long', async () => {
  await using served = await serve()
  const formatters = vi.spyOn(Intl, 'DateTimeFormat')
  onTestFinished(() => formatters.mockRestore())
  const { data } = await askText<{ locations: { nodes: { timeZone: string | null }[] } }>(
    served.origin,
    '{ locations(first: 100) { nodes { timeZone } } }',
  )
  expect(data.locations.nodes).toContainEqual({ timeZone: 'Europe/London' })
  expect(formatters).not.toHaveBeenCalled()
})

test('a short text is kept, a long one is not', () => {
  const cache = documentCache<{ readonly parsed: number }>()
  cache.set('short', { parsed: 1 })
  cache.set('x'.repeat(10_000), { parsed: 2 })
  cache.set('x'.repeat(10_001), { parsed: 3 })
  expect(cache.get('short')).toEqual({ parsed: 1 })
  expect(cache.get('x'.repeat(10_000))).toEqual({ parsed: 2 })
  expect(cache.get('x'.repeat(10_001))).toBeUndefined()
})

const aliases = 20_000
/** So that a text may be that long. */
const roomy = { ISOTHERM_MAX_ALIASES: '20000', ISOTHERM_MAX_TOKENS: '100000' }

function longQuery(round: number): string {
  const fields = Array.from({ length: aliases }, (_, index) => `r${round}i${index}: __typename`)
  return `{ ${fields.join(' ')} }`
}

/** How many more bytes are in use after that many rounds than after a first one. */
async function growthOf(rounds: number, ask: (round: number) => Promise<void>): Promise<number> {
  await ask(0)
  const before = heapBytes()
  for (let round = 1; round <= rounds; round++) await ask(round)
  return heapBytes() - before
}

/** What is in use once all that can be collected has been. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}
