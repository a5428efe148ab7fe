import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CallContext } from '../../../src/upstream/call-context.ts'
import { openFairSemaphore } from '../../../src/upstream/rate-limit/fair-semaphore.ts'
import { failureOf } from '../../support/wiring.ts'

const start = (requester?: object): CallContext => ({
  signal: new AbortController().signal,
  ...(requester && { requester }),
})

test('no more calls hold a permit than there are, and every call gets one', async () => {
  const requesters = fc.array(fc.nat(4), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), requesters, async (count, wanted) => {
      using semaphore = openFairSemaphore('analytiks', count)
      const requesters = Array.from({ length: 5 }, () => ({}))
      let underWay = 0
      let most = 0
      await Promise.all(
        wanted.map(async who => {
          using _permit = await semaphore.take(start(requesters[who]))
          most = Math.max(most, ++underWay)
          await Promise.resolve()
          underWay--
        }),
      )
      expect(most).toBe(Math.min(count, wanted.length))
      expect(underWay).toBe(0)
    }),
  )
})

test.each([
  [
    'calls of one signal',
    () => {
      const callContext = start()
      return () => callContext
    },
  ],
  [
    'calls of one requester, each with its own signal',
    () => {
      const requester = {}
      return () => start(requester)
    },
  ],
])('one call of another requester waits behind one of many, not behind all (%s)', async (_, calls) => {
  using semaphore = openFairSemaphore('analytiks', 1)
  const served: string[] = []
  const ask = async (name: string, callContext: CallContext) => {
    using _permit = await semaphore.take(callContext)
    served.push(name)
  }
  const many = calls()
  const all = [1, 2, 3, 4].map(number => ask(`many ${number}`, many()))
  await Promise.all([...all, ask('single', start())])
  expect(served).toEqual(['many 1', 'many 2', 'single', 'many 3', 'many 4'])
})

test('a call of another caller waits behind one of a caller with many requests', async () => {
  using semaphore = openFairSemaphore('analytiks', 1)
  const served: string[] = []
  const ask = async (name: string, caller: string) => {
    using _permit = await semaphore.take({ ...start({}), caller })
    served.push(name)
  }
  const flood = [1, 2, 3, 4].map(number => ask(`flood ${number}`, 'flood'))
  await Promise.all([...flood, ask('other 1', 'other'), ask('other 2', 'other')])
  expect(served).toEqual(['flood 1', 'flood 2', 'other 1', 'flood 3', 'other 2', 'flood 4'])
})

test('a caller that fills the queue gives its newest places to callers with fewer', async () => {
  using semaphore = openFairSemaphore('analytiks', 1, { maximumWaiting: 4 })
  const held = await semaphore.take(start())
  const served: string[] = []
  const ask = async (name: string, caller: string) => {
    using _permit = await semaphore.take({ ...start({}), caller })
    served.push(name)
  }
  const flood = [1, 2, 3, 4].map(number => ask(`flood ${number}`, 'flood'))
  const newest = [3, 2].map(index => failureOf(flood[index] ?? Promise.resolve()))
  const others = [1, 2].map(number => ask(`other ${number}`, 'other'))
  const refusal = { code: 'UPSTREAM_RATE_LIMITED', retryable: true }
  for (const failure of newest) expect(await failure).toMatchObject(refusal)
  for (const caller of ['flood', 'other']) expect(await failureOf(ask('more', caller))).toMatchObject(refusal)
  held[Symbol.dispose]()
  await Promise.all([flood[0], flood[1], ...others])
  expect(served).toEqual(['flood 1', 'other 1', 'flood 2', 'other 2'])
})

test('an aborted call stops waiting, and does not hold up the others', async () => {
  using semaphore = openFairSemaphore('analytiks', 1)
  const held = await semaphore.take(start())
  const leaving = new AbortController()
  const reason = new Error('gone')
  const failures = [1, 2].map(() => failureOf(semaphore.take(leaving)))
  const other = semaphore.take(start())
  leaving.abort(reason)
  for (const failure of await Promise.all(failures))
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', cause: reason })
  held[Symbol.dispose]()
  held[Symbol.dispose]()
  using _permit = await other
  const waiting = failureOf(semaphore.take({ signal: AbortSignal.timeout(1) }))
  expect(await waiting).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
  expect(await failureOf(semaphore.take(leaving))).toMatchObject({ cause: reason })
})

test('an aborted call leaves its place in the queue to other calls of its requester', async () => {
  using semaphore = openFairSemaphore('analytiks', 1)
  const held = await semaphore.take(start())
  const requester = {}
  const leaving = new AbortController()
  const left = failureOf(semaphore.take({ signal: leaving.signal, requester }))
  const staying = semaphore.take(start(requester))
  const other = semaphore.take(start())
  leaving.abort()
  expect(await left).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  held[Symbol.dispose]()
  const second = await staying
  second[Symbol.dispose]()
  using _permit = await other
})

test('a call that gave back an unused permit goes first, first in first out', async () => {
  using semaphore = openFairSemaphore('analytiks', 1)
  const held = await semaphore.take(start())
  const served: string[] = []
  const ask = async (name: string, callContext: CallContext, isReturning = false) => {
    using _permit = await semaphore.take(callContext, { isReturning })
    served.push(name)
  }
  const requester = {}
  const leaving = new AbortController()
  const waiting = [ask('one', start(requester)), ask('another', start())]
  const left = failureOf(ask('gone', { signal: leaving.signal, requester }, true))
  leaving.abort()
  await left
  waiting.push(ask('back', start(requester), true), ask('back later', start(), true))
  held[Symbol.dispose]()
  await Promise.all(waiting)
  expect(served).toEqual(['back', 'back later', 'one', 'another'])
})

test('nothing listens to a signal once its call stops waiting', async () => {
  const semaphore = openFairSemaphore('analytiks', 1)
  const held = await semaphore.take(start())
  const { signal } = new AbortController()
  const served = semaphore.take({ signal })
  const turnedAway = failureOf(semaphore.take({ signal }))
  expect(getEventListeners(signal, 'abort')).toHaveLength(2)
  held[Symbol.dispose]()
  await served
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  semaphore[Symbol.dispose]()
  await turnedAway
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('closing rejects calls that wait, and all later ones', async () => {
  const semaphore = openFairSemaphore('analytiks', 1)
  await semaphore.take(start())
  const waiting = failureOf(semaphore.take(start()))
  const returning = failureOf(semaphore.take(start(), { isReturning: true }))
  semaphore[Symbol.dispose]()
  const closed = { code: 'UPSTREAM_UNAVAILABLE', message: 'The connection to analytiks was closed.' }
  expect(await waiting).toMatchObject(closed)
  expect(await returning).toMatchObject(closed)
  expect(await failureOf(semaphore.take(start()))).toMatchObject(closed)
})
