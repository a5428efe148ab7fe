import { setTimeout } from 'node:timers/promises'
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

test('a batch has the keys of all that paused, also of the last piece', async () => {
  const pauses = new Pauses(() => never)
  const keys: number[] = []
  const batches: (readonly number[])[] = []
  const gather = () => pauses.gather(() => batches.push(keys.splice(0)))
  const pieces = [1, 2, 3].map(async key => {
    await pauses.pause(undefined)
    if (keys.push(key) === 2) gather()
  })
  await Promise.all(pieces)
  await setTimeout(20)
  expect(batches).toEqual([[1, 2, 3]])
})
