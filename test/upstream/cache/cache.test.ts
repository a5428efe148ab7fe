import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { openCache } from '../../../src/upstream/cache/cache.ts'

const bytes = 1_000_000
const hour = 3_600_000

test('an answer is kept as it was, with when upstream gave it', async () => {
  await using cache = openCache({ bytes, namespace: 'a' })
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.jsonValue(), fc.nat(), async (name, value, at) => {
      await cache.set(name, { value, at }, hour)
      expect(await cache.get(name)).toEqual({ value: JSON.parse(JSON.stringify(value)), at })
    }),
  )
})

test('what was never kept is not there', async () => {
  await using cache = openCache({ bytes, namespace: 'a' })
  expect(await cache.get('name')).toBeUndefined()
})

test('a later answer takes the place of an earlier one', async () => {
  await using cache = openCache({ bytes, namespace: 'a' })
  await cache.set('name', { value: 'old', at: 1 }, hour)
  await cache.set('name', { value: 'new', at: 2 }, hour)
  expect(await cache.get('name')).toEqual({ value: 'new', at: 2 })
})

test('an answer is the own copy of whoever gets it', async () => {
  await using cache = openCache({ bytes, namespace: 'a' })
  const value = [1]
  await cache.set('name', { value, at: 1 }, hour)
  value.push(2)
  const first = await cache.get('name')
  Object.assign(first ?? {}, { at: 3 })
  expect(await cache.get('name')).toEqual({ value: [1], at: 1 })
})

test('an answer is kept for its milliseconds and no longer', async () => {
  await using cache = openCache({ bytes, namespace: 'a' })
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 0 })
  try {
    await cache.set('name', { value: 1, at: 0 }, 60_000)
    vi.setSystemTime(59_999)
    expect(await cache.get('name')).toBeDefined()
    vi.setSystemTime(60_000)
    expect(await cache.get('name')).toBeUndefined()
  } finally {
    vi.useRealTimers()
  }
})

test.each([0, -1, Number.NaN])('an answer for %s ms is not kept', async milliseconds => {
  await using cache = openCache({ bytes, namespace: 'a' })
  await cache.set('name', { value: 1, at: 0 }, milliseconds)
  expect(await cache.get('name')).toBeUndefined()
})

test('an answer for ever or for half a millisecond is no error', async () => {
  await using cache = openCache({ bytes, namespace: 'a' })
  await cache.set('half', { value: 1, at: 0 }, 0.5)
  await cache.set('ever', { value: 1, at: 0 }, Number.POSITIVE_INFINITY)
  expect(await cache.get('ever')).toEqual({ value: 1, at: 0 })
})

test('what is no JSON is not kept, and no error', async () => {
  await using cache = openCache({ bytes, namespace: 'a' })
  await cache.set('name', { value: 1n, at: 0 }, hour)
  expect(await cache.get('name')).toBeUndefined()
})

test('memory holds no more than its bytes, and forgets first what was asked for least lately', async () => {
  // An eighth of it is for what is read in bulk.
  await using cache = openCache({ bytes: 114_285, namespace: 'a' })
  const names = Array.from({ length: 200 }, (_, index) => `name ${index}`)
  for (const name of names) {
    await cache.set(name, { value: 'x'.repeat(1_000), at: 0 }, hour)
    await cache.get('name 0')
  }
  const kept: string[] = []
  for (const name of names) if (await cache.get(name)) kept.push(name)
  expect(kept.length).toBeGreaterThan(80)
  expect(kept.length).toBeLessThanOrEqual(100)
  expect(kept).toEqual(['name 0', ...names.slice(201 - kept.length)])
})

test('small answers count for half a kilobyte, what is larger than all is not kept', async () => {
  // A hundred times half a kilobyte, and an eighth of all for what is read in bulk.
  await using cache = openCache({ bytes: 58_514, namespace: 'a' })
  for (let index = 0; index < 200; index++) await cache.set(`name ${index}`, { value: 1, at: 0 }, hour)
  await cache.set('large', { value: 'x'.repeat(60_000), at: 0 }, hour)
  expect(await cache.get('name 99')).toBeUndefined()
  expect(await cache.get('name 100')).toBeDefined()
  expect(await cache.get('large')).toBeUndefined()
})

test('without bytes nothing is kept', async () => {
  await using cache = openCache({ bytes: 0, namespace: 'a' })
  await cache.set('name', { value: 1, at: 0 }, hour)
  expect(await cache.get('name')).toBeUndefined()
})

test('clearing a group forgets its answers and no others', async () => {
  await using cache = openCache({ bytes, namespace: 'a' })
  await cache.set('1', { value: 1, at: 0 }, hour, await cache.tagVersion('odd'))
  await cache.set('2', { value: 2, at: 0 }, hour, await cache.tagVersion('even'))
  await cache.set('3', { value: 3, at: 0 }, hour, await cache.tagVersion('odd'))
  await cache.set('4', { value: 4, at: 0 }, hour)
  await cache.clear('odd')
  const left = await Promise.all(['1', '2', '3', '4'].map(async name => (await cache.get(name))?.value))
  expect(left).toEqual([undefined, 2, undefined, 4])
  await cache.set('1', { value: 5, at: 1 }, hour, await cache.tagVersion('odd'))
  expect(await cache.get('1')).toEqual({ value: 5, at: 1 })
  expect(await cache.get('3')).toBeUndefined()
})

test('while its count of changes stays, a cache gives what it gave, and others do not change the count', async () => {
  const name = fc.constantFrom('a', 'b')
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('set', 'set object', 'read', 'fill', 'store for others'), name }),
    fc.record({ kind: fc.constant('clear'), name: fc.constant('group') }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async steps => {
      await using cache = openCache({ bytes: 20_000, namespace: 'a' })
      const [changes, foreign] = [{ count: 0 }, { count: 0 }]
      const [own, others] = [cache.countedBy(changes), cache.countedBy(foreign)]
      const given = async () =>
        JSON.stringify([await own.get('a'), await own.get('b'), own.objects?.get('a'), own.objects?.get('b')])
      for (const [at, { kind, name }] of steps.entries()) {
        const [before, { count }] = [await given(), changes]
        const value = kind === 'fill' ? 'x'.repeat(19_000) : at
        if (kind === 'set') await own.set(name, { value, at }, hour, await own.tagVersion('group'))
        if (kind === 'set object') own.objects?.set(name, { value }, 1_000, hour)
        if (kind === 'clear') await own.clear(name)
        if (kind === 'fill' || kind === 'store for others') await others.set(kind, { value, at }, hour)
        const isCounted = changes.count !== count
        if (!isCounted) expect(await given()).toBe(before)
        else if (kind === 'fill') expect(await given()).not.toBe(before)
        else expect(kind).toMatch(/^set|^clear/)
      }
    }),
  )
})

test('however many groups there are, an answer of a cleared one never comes back', async () => {
  await using cache = openCache({ bytes: 100_000_000, namespace: 'a' })
  await cache.set('name', { value: 1, at: 0 }, hour, await cache.tagVersion('group'))
  await cache.clear('group')
  for (let index = 0; index < 25_000; index++)
    await cache.set('other', { value: 1, at: 0 }, hour, await cache.tagVersion(`${index}`))
  expect(await cache.get('name')).toBeUndefined()
  expect(await cache.get('other')).toBeDefined()
})
