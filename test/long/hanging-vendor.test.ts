import { expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const deadline = 3_000

test('of 150 questions at 50 a second to a Datadog that hangs, each is told so within two deadlines of a call', async () => {
  await using served = await serve({
    // It is the rate limiter that must do it: a breaker would end the hanging sooner.
    environment: { ISOTHERM_UPSTREAM_TIMEOUT_MS: String(deadline), ISOTHERM_BREAKER: 'off' },
  })
  served.sandbox.datadog.journal.script({ hang: true })
  const asked = []
  for (let count = 0; count < 150; count++) {
    asked.push(ask(served.origin, count))
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  const waits = (await Promise.all(asked)).sort((one, other) => one - other)
  const [median, most] = [waits[75], waits[149]]
  console.log(`errors after ${median} ms at the median, ${most} ms at most; ${deadline} ms are one call's`)
  // A busy machine is late; eight slots and an unbounded queue took 54 s.
  expect(most).toBeLessThan(4 * deadline)
})

async function ask(origin: string, number: number): Promise<number> {
  const began = performance.now()
  const { errors } = await askText(origin, `{ snapshots(viewName: "view ${number}", first: 1) { name } }`)
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_TIMEOUT' } }])
  return Math.round(performance.now() - began)
}
