import { expect, test } from 'vitest'
import { growthOf, type Reading } from '../soak/flatness.ts'
import { soak } from '../soak/soaking.ts'

const minutes = 10

test(
  `after ${minutes} minutes of requests to vendors that fail in every way, memory, handles and sockets are as before`,
  async () => {
    const { readings, requests } = await soak(minutes * 60_000)
    console.log(requests, growthOf(readings))
    expect(requests).toBeGreaterThan(500)
    expect(growthOf(readings).filter(({ isFlat }) => !isFlat)).toEqual([])
  },
  (minutes + 3) * 60_000,
)

test('what grows by more than 5 % is told from what does not', () => {
  const grown = (share: number) =>
    growthOf(
      Array.from({ length: 60 }, (_, index): Reading => {
        const now = 1 + (share * Math.max(0, index - 20)) / 20
        return { heapBytes: 5e7 * now, handles: 100 * now, sockets: 100 * now }
      }),
    ).map(({ isFlat }) => isFlat)
  expect(grown(0)).toEqual([true, true, true])
  expect(grown(0.02)).toEqual([true, true, true])
  expect(grown(0.2)).toEqual([false, false, false])
})
