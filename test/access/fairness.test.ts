import { expect, test } from 'vitest'
import { scopes } from '../../src/access/scopes.ts'
import { askText } from '../support/client.ts'
import { heatmapsOf, pagesOf } from '../support/questions-of-calls.ts'
import { as, serveCallers } from '../support/serving-callers.ts'

test.each([
  { vendor: 'zenovay', calls: 60, ask: pagesOf, many: 200 },
  { vendor: 'posthog', calls: 240, ask: heatmapsOf, many: 1000 },
] as const)(
  'a flood of one caller leaves the others their calls to $vendor in the same minute',
  async row => {
    const { vendor, calls, ask, many } = row
    await using served = await serveCallers({
      environment: { ZENOVAY_PLAN: 'scale' },
      sandbox: { zenovay: { perMinute: 60 } },
    })
    const { journal } = served.sandbox[vendor]
    const isLimited = ({ extensions }: { extensions: object }) =>
      JSON.stringify(extensions).includes('RATE_LIMITED')
    const asked = async (caller: string, query: string) => {
      const { errors } = await askText(served.origin, query, {}, { headers: as(scopes, caller) })
      return errors.filter(isLimited).length
    }
    expect(await asked('steady', ask(1, 1))).toBe(0)
    const flood = asked('flood', ask(1000, many))
    // A quarter of the minute, one after another, while the flood is under way.
    for (let number = 2; number <= calls / 4; number++) expect(await asked('steady', ask(number, 1))).toBe(0)
    expect(await flood).toBeGreaterThanOrEqual(many - calls)
    // Nothing went over the vendor's limit.
    expect(journal.count()).toBeLessThanOrEqual(calls)
    expect(journal.count()).toBeGreaterThan(calls * 0.9)
  },
)

test('a flood of one request leaves calls to others, also where callers are not told apart', async () => {
  await using served = await serveCallers({
    environment: { ZENOVAY_PLAN: 'scale' },
    sandbox: { zenovay: { perMinute: 60 } },
    isOpen: true,
  })
  const flood = askText(served.origin, pagesOf(1000, 200))
  await flood
  for (const number of [1, 2, 3]) {
    const { errors } = await askText(served.origin, pagesOf(number, 1))
    expect(JSON.stringify(errors)).not.toContain('RATE_LIMITED')
  }
})

test('a request waits for few of the many that another caller has under way', async () => {
  await using served = await serveCallers()
  const facts = '{ locations(first: 50) { nodes { id name timeZone brandId } } }'
  let answered = 0
  const ask = async (caller: string) => {
    const { errors } = await askText(served.origin, facts, {}, { headers: as(scopes, caller) })
    expect(errors).toEqual([])
    answered++
  }
  let isOver = false
  const flood = async () => {
    while (!isOver) await ask('flood')
  }
  const floods = Array.from({ length: 150 }, flood)
  const waitedFor: number[] = []
  for (let time = 0; time < 11; time++) {
    const before = answered
    await ask('steady')
    waitedFor.push(answered - before)
  }
  isOver = true
  await Promise.all(floods)
  expect(waitedFor.toSorted((one, other) => one - other)[5]).toBeLessThan(75)
})
