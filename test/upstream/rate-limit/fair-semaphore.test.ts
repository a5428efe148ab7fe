import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Flight } from '../../../src/upstream/call-context.ts'
import { openPlaces } from '../../../src/upstream/rate-limit/fair-semaphore.ts'
import { failureOf } from '../../wiring.ts'

const start = (asker?: object): Flight => ({
  signal: new AbortController().signal,
  ...(asker && { asker }),
})

test('no more are under way than there are places, and everybody has one in the end', async () => {
  const askers = fc.array(fc.nat(4), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), askers, async (count, wanted) => {
      using places = openPlaces('analytiks', count)
      const askers = Array.from({ length: 5 }, () => ({}))
      let underWay = 0
      let most = 0
      await Promise.all(
        wanted.map(async who => {
          using _place = await places.take(start(askers[who]))
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
    'flights of one signal',
    () => {
      const flight = start()
      return () => flight
    },
  ],
  [
    'flights of one asker, each with a signal of its own',
    () => {
      const asker = {}
      return () => start(asker)
    },
  ],
])('one call of somebody else waits behind one of many, not behind them all (%s)', async (_, flights) => {
  using places = openPlaces('analytiks', 1)
  const served: string[] = []
  const ask = async (name: string, flight: Flight) => {
    using _place = await places.take(flight)
    served.push(name)
  }
  const many = flights()
  const all = [1, 2, 3, 4].map(number => ask(`many ${number}`, many()))
  await Promise.all([...all, ask('single', start())])
  expect(served).toEqual(['many 1', 'many 2', 'single', 'many 3', 'many 4'])
})

test('whoever goes away waits no more, and the others do not wait for it', async () => {
  using places = openPlaces('analytiks', 1)
  const held = await places.take(start())
  const leaving = new AbortController()
  const reason = new Error('gone')
  const failures = [1, 2].map(() => failureOf(places.take(leaving)))
  const other = places.take(start())
  leaving.abort(reason)
  for (const failure of await Promise.all(failures))
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', cause: reason })
  held[Symbol.dispose]()
  held[Symbol.dispose]()
  using _place = await other
  const waiting = failureOf(places.take({ signal: AbortSignal.timeout(1) }))
  expect(await waiting).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
  expect(await failureOf(places.take(leaving))).toMatchObject({ cause: reason })
})

test('a flight that ends leaves the other ones of its asker in the queue, and its turn to them', async () => {
  using places = openPlaces('analytiks', 1)
  const held = await places.take(start())
  const asker = {}
  const leaving = new AbortController()
  const left = failureOf(places.take({ signal: leaving.signal, asker }))
  const staying = places.take(start(asker))
  const other = places.take(start())
  leaving.abort()
  expect(await left).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  held[Symbol.dispose]()
  const second = await staying
  second[Symbol.dispose]()
  using _place = await other
})

test('who gave a place back unused comes before all others, first come first served', async () => {
  using places = openPlaces('analytiks', 1)
  const held = await places.take(start())
  const served: string[] = []
  const ask = async (name: string, flight: Flight, isReturning = false) => {
    using _place = await places.take(flight, { isReturning })
    served.push(name)
  }
  const asker = {}
  const leaving = new AbortController()
  const waiting = [ask('one', start(asker)), ask('another', start())]
  const left = failureOf(ask('gone', { signal: leaving.signal, asker }, true))
  leaving.abort()
  await left
  waiting.push(ask('back', start(asker), true), ask('back later', start(), true))
  held[Symbol.dispose]()
  await Promise.all(waiting)
  expect(served).toEqual(['back', 'back later', 'one', 'another'])
})

test('nothing listens to a signal once its flight waits no more', async () => {
  const places = openPlaces('analytiks', 1)
  const held = await places.take(start())
  const { signal } = new AbortController()
  const served = places.take({ signal })
  const turnedAway = failureOf(places.take({ signal }))
  expect(getEventListeners(signal, 'abort')).toHaveLength(2)
  held[Symbol.dispose]()
  await served
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  places[Symbol.dispose]()
  await turnedAway
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('closing turns away whoever waits, and whoever comes later', async () => {
  const places = openPlaces('analytiks', 1)
  await places.take(start())
  const waiting = failureOf(places.take(start()))
  const returning = failureOf(places.take(start(), { isReturning: true }))
  places[Symbol.dispose]()
  const closed = { code: 'UPSTREAM_UNAVAILABLE', message: 'The connection to analytiks was closed.' }
  expect(await waiting).toMatchObject(closed)
  expect(await returning).toMatchObject(closed)
  expect(await failureOf(places.take(start()))).toMatchObject(closed)
})
