import { expect, test } from 'vitest'
import { openAnswerCache } from '../../src/upstream/answer-cache.ts'
import { caller, openAnswers } from './asking.ts'

test('who asks afresh is not told what another finds kept at that moment, and shares a call that is under way', async () => {
  await using cache = openAnswerCache({ bytes: 1_000_000, namespace: 'one' })
  let count = 0
  let hold = Promise.resolve()
  const make = async () => {
    const number = ++count
    await hold
    return number
  }
  const answers = openAnswers(make, { cache, staleMilliseconds: 0 })
  expect(await answers.ask('what', caller())).toBe(1)
  expect(await answers.ask('what', caller())).toBe(1)
  const { promise, resolve } = Promise.withResolvers<void>()
  hold = promise
  const one = caller()
  const found = answers.ask('what', one)
  const fresh = answers.askAfresh('what', one)
  expect(await found).toBe(1)
  const shared = answers.askAfresh('what', caller())
  const later = answers.ask('what', caller())
  await new Promise(setImmediate)
  resolve()
  expect(await Promise.all([fresh, shared, later])).toEqual([2, 2, 2])
  expect(await answers.ask('what', caller())).toBe(2)
})
