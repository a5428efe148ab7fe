import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openPlaces } from '../../../src/upstream/budget/places.ts'
import { failureOf } from '../../wiring.ts'

const asker = () => new AbortController().signal

test('no more are under way than there are places, and everybody has one in the end', async () => {
  const askers = fc.array(fc.nat(4), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), askers, async (count, wanted) => {
      using places = openPlaces('analytiks', count)
      const signals = Array.from({ length: 5 }, asker)
      let underWay = 0
      let most = 0
      await Promise.all(
        wanted.map(async who => {
          using _place = await places.take(signals[who] ?? asker())
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

test('one call of somebody else waits behind one of many, not behind them all', async () => {
  using places = openPlaces('analytiks', 1)
  const served: string[] = []
  const ask = async (name: string, signal: AbortSignal) => {
    using _place = await places.take(signal)
    served.push(name)
  }
  const many = asker()
  const all = [1, 2, 3, 4].map(number => ask(`many ${number}`, many))
  await Promise.all([...all, ask('single', asker())])
  expect(served).toEqual(['many 1', 'many 2', 'single', 'many 3', 'many 4'])
})

test('whoever goes away waits no more, and the others do not wait for it', async () => {
  using places = openPlaces('analytiks', 1)
  const held = await places.take(asker())
  const leaving = new AbortController()
  const reason = new Error('gone')
  const failures = [1, 2].map(() => failureOf(places.take(leaving.signal)))
  const other = places.take(asker())
  leaving.abort(reason)
  for (const failure of await Promise.all(failures))
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', cause: reason })
  held[Symbol.dispose]()
  held[Symbol.dispose]()
  using _place = await other
  const waiting = failureOf(places.take(AbortSignal.timeout(1)))
  expect(await waiting).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
  expect(await failureOf(places.take(leaving.signal))).toMatchObject({ cause: reason })
})

test('closing turns away whoever waits, and whoever comes later', async () => {
  const places = openPlaces('analytiks', 1)
  await places.take(asker())
  const waiting = failureOf(places.take(asker()))
  places[Symbol.dispose]()
  const closed = { code: 'UPSTREAM_UNAVAILABLE', message: 'The connection to analytiks was closed.' }
  expect(await waiting).toMatchObject(closed)
  expect(await failureOf(places.take(asker()))).toMatchObject(closed)
})
