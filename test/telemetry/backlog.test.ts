import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Backlog } from '../../src/telemetry/backlog.ts'

test('what is added is done later, once, and in its order', async () => {
  using backlog = new Backlog()
  const done: number[] = []
  for (const task of [1, 2, 3]) backlog.add(() => done.push(task))
  expect(done).toEqual([])
  while (done.length === 0) await sleep(1)
  expect(done).toEqual([1, 2, 3])
  backlog.add(() => done.push(4))
  backlog.run()
  backlog.run()
  expect(done).toEqual([1, 2, 3, 4])
})

test('what is left at its end is done', () => {
  const done: number[] = []
  {
    using backlog = new Backlog()
    backlog.add(() => done.push(1))
  }
  expect(done).toEqual([1])
})
