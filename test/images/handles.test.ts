import { hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { decodeProtectedHeader, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { accountIn, type HandleOptions, openHandles } from '../../src/images/handles.ts'
import type { ImageReference } from '../../src/images/references.ts'
import { spatialHeatmapTypes } from '../../src/providers/aura-vision/wire.ts'

const [first, second] = ['a'.repeat(32), 'b'.repeat(32)]
const identities = {
  posthog: ['https://us.posthog.com/', 'phx_key'],
  'aura-vision': ['wss://a', 'id', 'key'],
}
const screenshot: ImageReference = {
  provider: 'posthog',
  scope: { kind: 'projects', id: '1' },
  uuid: '497f6eca-6276-4993-bfeb-53cbbbba6f08',
  width: 1024,
}
const day = 86_400

test('what is signed is read again, whatever it says', async () => {
  const handles = open()
  await fc.assert(
    fc.asyncProperty(reference(), async image => {
      const handle = await handles.make(image)
      expect(handle).toMatch(/^[\w.-]+$/)
      expect((await handles.read(handle)).reference).toEqual(image)
    }),
    { numRuns: 50 },
  )
})

test('while instances get other keys one by one, every link of one works at every other', async () => {
  // As docs/instances.md says it.
  const phases = [[first], [first, second], [second, first], [second]]
  let now = Date.UTC(2026, 10, 21)
  const instance = (keys: readonly string[] = []) => open({ keys, lifeSeconds: 7 * day, now: () => now })
  let links: string[] = []
  for (const [index, keys] of phases.entries()) {
    const before = instance(phases[Math.max(0, index - 1)])
    const after = instance(keys)
    // The last phase waits until the links of the one before are over.
    if (keys.length === 1 && index > 0) {
      now += 9 * day * 1000
      links = []
    }
    links.push(await before.make(screenshot), await after.make(screenshot))
    for (const link of links)
      for (const one of [before, after]) expect((await one.read(link)).reference).toEqual(screenshot)
  }
  // The new key first would break links of instances that have it at those that do not.
  await expect(instance([first]).read(await instance([second, first]).make(screenshot))).rejects.toThrow()
})

test('a handle works for its life at least, and says afterwards that it has expired', async () => {
  const start = Date.UTC(2026, 10, 21)
  const at = (seconds: number) => open({ lifeSeconds: 7 * day, now: () => start + 1000 * seconds })
  const handle = await at(0).make(screenshot)
  expect(await at(7 * day - 1).read(handle)).toMatchObject({ reference: screenshot })
  await expect(at(8 * day).read(handle)).rejects.toMatchObject({ name: 'WrongHandle', isExpired: true })
  const endless = await open({ lifeSeconds: 0 }).make(screenshot)
  expect(await at(100 * 365 * day).read(endless)).toMatchObject({ expiresAt: Number.POSITIVE_INFINITY })
})

test('an image keeps its handle for a seventh of its life, so that browsers know it again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(day - 1), async seconds => {
      const midnight = Date.UTC(2026, 10, 21)
      const at = (now: number) => open({ lifeSeconds: 7 * day, now: () => now }).make(screenshot)
      expect(await at(midnight + 1000 * (seconds + 1))).toBe(await at(midnight + 1000))
    }),
  )
})

test('a handle names its account, and no other reads it, not even with the same credentials and keys', async () => {
  for (const keys of [[], [first]]) {
    const handle = await open({ account: 'one', keys }).make(screenshot)
    expect(accountIn(handle)).toBe('one')
    expect(await open({ account: 'one', keys }).read(handle)).toMatchObject({ reference: screenshot })
    for (const account of ['two', undefined])
      await expect(open({ account, keys }).read(handle)).rejects.toMatchObject({ name: 'WrongHandle' })
    expect(accountIn(await open({ keys }).make(screenshot))).toBe(undefined)
  }
  expect(accountIn('nothing')).toBe(undefined)
})

test('links made without keys live on when the first keys are set', async () => {
  for (const image of [screenshot, await fc.sample(reference(), 1)[0]]) {
    if (!image) throw new TypeError('no image')
    const handle = await open({ account: 'one', keys: [] }).make(image)
    const keyed = open({ account: 'one', keys: [first, second] })
    expect(await keyed.read(handle)).toMatchObject({ reference: image })
    expect(await keyed.make(image)).not.toBe(handle)
    // By the credentials that made them only.
    const other = open({
      account: 'one',
      keys: [first],
      identities: { posthog: ['https://us.posthog.com/', 'phx_other'] },
    })
    await expect(other.read(handle)).rejects.toMatchObject({ isExpired: false })
  }
})

test('an older key is read as long as it is listed', async () => {
  const handle = await open({ keys: [first] }).make(screenshot)
  expect(await open({ keys: [second, first] }).read(handle)).toMatchObject({ reference: screenshot })
  await expect(open({ keys: [second] }).read(handle)).rejects.toMatchObject({ isExpired: false })
  const newer = await open({ keys: [second, first] }).make(screenshot)
  await expect(open({ keys: [first] }).read(newer)).rejects.toMatchObject({ isExpired: false })
})

test('a handle says to nobody what it is for, nor by its length of whom', async () => {
  const handles = open({ account: 'one' })
  const people = fc.record({
    role: fc.string({ maxLength: 12 }),
    age: fc.option(fc.string({ maxLength: 12 })),
  })
  const lengths = new Set<number>()
  await fc.assert(
    fc.asyncProperty(people, async ({ role, age }) => {
      const handle = await handles.make({
        provider: 'aura-vision',
        locationId: '64a1b2c3d4e5f6a7b8c9d0e3',
        recordingId: 'one',
        type: 'path',
        role,
        age,
        gender: null,
        createdAt: '2026-08-03T10:00:00Z',
      })
      expect(decodeProtectedHeader(handle)).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'one' })
      expect(
        handle
          .split('.')
          .map(part => Buffer.from(part, 'base64url').toString('latin1'))
          .join(),
      ).not.toMatch(/picture|role|aura/)
      if (JSON.stringify({ role, age }).length < 70) lengths.add(handle.length)
    }),
    { numRuns: 50 },
  )
  expect(lengths.size).toBe(1)
})

test('a link that was only signed, as older ones are, is read until it expires', async () => {
  const start = Date.UTC(2026, 10, 21)
  for (const keys of [[first], []]) {
    for (const account of [undefined, 'one']) {
      const name = JSON.stringify([
        ...(account === undefined ? [] : ['account', account]),
        'posthog',
        ...identities.posthog,
      ])
      const secret = new Uint8Array(hkdfSync('sha256', keys[0] ?? name, 'isotherm', `image link ${name}`, 32))
      const older = await new SignJWT({ picture: screenshot })
        .setProtectedHeader({ alg: 'HS256', ...(account !== undefined && { kid: account }) })
        .setExpirationTime(start / 1000 + day)
        .sign(secret)
      const at = (seconds: number) => open({ keys, account, now: () => start + 1000 * seconds })
      expect(await at(day - 1).read(older)).toMatchObject({ reference: screenshot })
      await expect(at(day + 1).read(older)).rejects.toMatchObject({ name: 'WrongHandle', isExpired: true })
      const forged = `${older.slice(0, -5)}AAAAA`
      await expect(at(0).read(forged)).rejects.toMatchObject({ isExpired: false })
    }
  }
})

test('a handle works with the credentials alone that it was made with', async () => {
  const others = { ...identities, posthog: ['https://us.posthog.com/', 'phx_other'] }
  for (const keys of [[first], []]) {
    const handle = await open({ keys }).make(screenshot)
    await expect(open({ keys, identities: others }).read(handle)).rejects.toMatchObject({ isExpired: false })
    await expect(open({ keys, identities: {} }).read(handle)).rejects.toMatchObject({ isExpired: false })
    expect(await open({ keys }).read(handle)).toMatchObject({ reference: screenshot })
  }
})

test('an altered handle names nothing', async () => {
  const handles = open()
  const handle = await handles.make(screenshot)
  await fc.assert(
    fc.asyncProperty(fc.nat(handle.length - 1), fc.constantFrom(...'Ab0_-.'), async (index, letter) => {
      const altered = handle.slice(0, index) + letter + handle.slice(index + 1)
      fc.pre(altered !== handle)
      await expect(handles.read(altered)).rejects.toMatchObject({ name: 'WrongHandle', isExpired: false })
    }),
  )
})

test.for(['', '.', '..', 'a.b.c', '../graphql', '%00', 'a'.repeat(10_000)])(
  'no image is behind "%s"',
  async text => {
    await expect(open().read(text)).rejects.toMatchObject({ name: 'WrongHandle', isExpired: false })
  },
)

test('a handle without a signature, or by another algorithm, names nothing', async () => {
  const [header, payload] = ['{"alg":"none"}', JSON.stringify({ picture: screenshot })].map(text =>
    Buffer.from(text).toString('base64url'),
  )
  await expect(open().read(`${header}.${payload}.`)).rejects.toMatchObject({ isExpired: false })
  const guessed = await new SignJWT({ picture: screenshot })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(first))
  await expect(open().read(guessed)).rejects.toMatchObject({ isExpired: false })
})

function open(options: Partial<HandleOptions> = {}) {
  return openHandles({ keys: [first], lifeSeconds: 7 * day, identities, ...options })
}

function reference(): fc.Arbitrary<ImageReference> {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  const maybe = fc.option(text)
  const spatial = fc.record({
    provider: fc.constant('aura-vision' as const),
    locationId: text,
    recordingId: maybe,
    type: fc.constantFrom(...spatialHeatmapTypes),
    role: maybe,
    age: maybe,
    gender: maybe,
    createdAt: fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
      .map(date => date.toISOString()),
    roles: fc.array(text),
  })
  const days = fc.record({ from: text, to: text })
  const bound = fc.option(fc.integer())
  const overlay = fc.record(
    {
      page: text,
      type: fc.constantFrom('click' as const, 'rageClick' as const, 'mouseMove' as const),
      days,
      against: days,
      aggregation: fc.constantFrom('total' as const, 'uniqueVisitors' as const),
      viewport: fc.option(fc.record({ min: bound, max: bound })),
    },
    { requiredKeys: ['page', 'type', 'days', 'aggregation', 'viewport'] },
  )
  const page = fc.record(
    {
      provider: fc.constant('posthog' as const),
      scope: fc.record({ kind: fc.constantFrom('projects' as const, 'environments' as const), id: text }),
      uuid: text,
      width: fc.integer(),
      overlay,
    },
    { requiredKeys: ['provider', 'scope', 'uuid', 'width'] },
  )
  return fc.oneof(spatial, page)
}
