import { expect, test } from 'vitest'
import { scopes } from '../../src/access/scopes.ts'
import { askText } from '../support/client.ts'
import { heatmapsOf } from '../support/questions-of-calls.ts'
import { as, type CallersServed, serveCallers } from '../support/serving-callers.ts'

const plenty = { perMinute: 1_000_000, perHour: 1_000_000 }

/** How long the vendor takes for each call, in milliseconds. */
const callMilliseconds = 300

let project = 0

async function ask({ origin }: CallersServed, caller: string, count: number): Promise<number> {
  project += count
  const query = heatmapsOf(project, count)
  const asked = performance.now()
  const { errors } = await askText(origin, query, {}, { headers: as(scopes, caller) })
  expect(errors).toEqual([])
  return performance.now() - asked
}

/** How long 95 of 100 of a caller's requests took at most, each for one call. */
async function p95Of(served: CallersServed, caller: string): Promise<number> {
  const times: number[] = []
  for (let number = 0; number < 40; number++) times.push(await ask(served, caller, 1))
  return times.sort((one, other) => one - other)[Math.floor(times.length * 0.95)] ?? 0
}

test('a flood of one caller at most doubles how long another waits for a vendor', async () => {
  await using served = await serveCallers({
    environment: { POSTHOG_PER_MINUTE: '1000000', POSTHOG_PER_HOUR: '1000000' },
    sandbox: { posthog: plenty },
  })
  const body = { count: 0, next: null, previous: null, results: [] }
  served.sandbox.posthog.journal.script({ delay: callMilliseconds, answer: { body } })
  const before = await p95Of(served, 'steady')

  let isOver = false
  const flood = Array.from({ length: 3 }, async () => {
    while (!isOver) await ask(served, 'flood', 200)
  })
  await expect.poll(() => served.sandbox.posthog.journal.count()).toBeGreaterThan(100)
  const during = await p95Of(served, 'steady')
  isOver = true
  await Promise.all(flood)
  console.log(`95 % within ${before.toFixed()} ms without a flood, within ${during.toFixed()} ms with one`)
  // In line behind 600 calls it would take twenty seconds; on a busy machine both take longer.
  expect(during).toBeLessThan(Math.max(2 * before, 3 * callMilliseconds))
})
