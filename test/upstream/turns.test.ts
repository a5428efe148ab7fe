import fc from 'fast-check'
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

test('a batch has the keys of all that paused, whichever piece begins it', async () => {
  const pieces = fc.integer({ min: 1, max: 8 })
  await fc.assert(
    fc.asyncProperty(pieces, pieces, async (count, first) => {
      const pauses = new Pauses(() => never)
      const keys: number[] = []
      const { promise, resolve } = Promise.withResolvers<readonly number[]>()
      const all = Array.from({ length: Math.max(count, first) }, (_, index) => index + 1)
      for (const key of all) {
        void pauses.pause(undefined).then(() => {
          if (keys.push(key) === first) pauses.gather(() => resolve([...keys]))
        })
      }
      expect(await promise).toEqual(all)
    }),
  )
})
