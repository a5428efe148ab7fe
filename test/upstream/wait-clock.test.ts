import { expect, test } from 'vitest'
import { WaitClock } from '../../src/upstream/wait-clock.ts'

test('waits at the same time count once, and no time counts between waits', async () => {
  const clock = new WaitClock()
  const [one, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const start = performance.now()
  const waits = [clock.measure(one.promise), clock.measure(other.promise)]
  await new Promise(resolve => setTimeout(resolve, 20))
  one.resolve()
  await waits[0]
  other.reject(new Error('failed'))
  await expect(waits[1]).rejects.toThrow('failed')
  const ended = clock.milliseconds
  expect(ended).toBeGreaterThan(0)
  expect(ended).toBeLessThanOrEqual(performance.now() - start)
  await new Promise(resolve => setTimeout(resolve, 5))
  expect(clock.milliseconds).toBe(ended)
})
