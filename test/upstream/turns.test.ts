import { expect, test } from 'vitest'
import { Pauses } from '../../src/upstream/source/pauses.ts'

const never = new AbortController().signal

test('pieces of work of one caller wait for one piece of each other caller, however many requests these have', async () => {
  const done: string[] = []
  const pieces = (caller: string) => {
    const pauses = new Pauses(() => never, caller)
    return Array.from({ length: 10 }, () => pauses.pause(undefined).then(() => done.push(caller)))
  }
  const flood = Array.from({ length: 10 }, () => pieces('flood'))
  await Promise.all([...flood.flat(), ...pieces('steady')])
  expect(done).toHaveLength(110)
  expect(done.lastIndexOf('steady')).toBeLessThan(20)
})
