import { expect, test } from 'vitest'
import { onFirstUse } from '../../src/upstream/first-use.ts'

test('is loaded once for all who use it, and after a failure again', async () => {
  let loads = 0
  const use = onFirstUse(async () => {
    if (++loads === 1) throw new Error('no such file')
    return { loads }
  })
  await expect(Promise.all([use(), use()])).rejects.toThrow('no such file')
  const [one, other] = await Promise.all([use(), use()])
  expect(one).toBe(other)
  expect([await use(), loads]).toEqual([{ loads: 2 }, 2])
})
