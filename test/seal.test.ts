import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HeatmapKey, parseSpatialHeatmapKey, printHeatmapKey } from '../schema/spatial-heatmap-key.ts'
import { openSeal } from '../src/seal.ts'

const [first, second] = ['a'.repeat(32), 'b'.repeat(32)]
const text = fc.string({ unit: 'binary', maxLength: 40 })
const open = (...keys: readonly string[]) => openSeal({ account: 'one', keys })

test('what was closed opens with its account, key and place alone, and is the same each time', () => {
  fc.assert(
    fc.property(text, text, text, (said, place, other) => {
      fc.pre(other !== place)
      const sealed = open(first).close(said, place)
      expect(sealed).toMatch(/^[\w-]+$/)
      expect(open(first, second).close(said, place)).toBe(sealed)
      expect(open(second, first).open(sealed, place)).toBe(said.toWellFormed())
      expect(open(first).open(sealed, other)).toBeUndefined()
      expect(open(second).open(sealed, place)).toBeUndefined()
      for (const account of ['two', undefined])
        expect(openSeal({ account, keys: [first] }).open(sealed, place)).toBeUndefined()
    }),
  )
})

test('a seal that is broken anywhere opens nothing, and nor does any other text', () => {
  const sealed = open(first).close('customer', 'here')
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom(...'Ab0_-'), text, (index, letter, other) => {
      const broken = sealed.slice(0, index) + letter + sealed.slice(index + 1)
      if (broken !== sealed) expect(open(first).open(broken, 'here')).toBeUndefined()
      expect(open(first).open(other, 'here')).toBeUndefined()
    }),
  )
  expect(() => open().close('customer', 'here')).toThrow(TypeError)
  expect(open().open(sealed, 'here')).toBeUndefined()
})

test('the length says nothing of texts about people', () => {
  const personal = fc.array(fc.option(fc.string({ maxLength: 20 })), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(personal, personal, fc.string(), (some, others, rest) => {
      const lengthOf = (group: typeof some) =>
        open(first).close(JSON.stringify([rest, ...group]), 'here', group).length
      fc.pre([some, others].every(group => Buffer.byteLength(JSON.stringify(group)) <= 96))
      expect(lengthOf(some)).toBe(lengthOf(others))
    }),
  )
})

test('while instances get other keys one by one, each finds a heatmap by every id that another gave it', () => {
  const row = {
    locationId: '64a1b2c3d4e5f6a7b8c9d0e3',
    type: 'path',
    recordingId: 'one',
    role: 'customer',
    age: '25-34',
    gender: 'female',
    createdAt: '2026-08-03T10:00:00.000Z',
    narrowing: {},
    range: { start: new Date(0), end: new Date(1) },
  } as const
  const credentials = 'what a vendor knows the account by'
  const phases = [[], [first], [first, second], [second, first]].map(keys => open(...keys, credentials))
  const ids = phases.map(seal => printHeatmapKey(row, seal))
  // The second key of an instance changes no id.
  expect(new Set(ids).size).toBe(3)
  for (const id of ids) {
    const found: HeatmapKey = parseSpatialHeatmapKey(id, open(second, first, credentials))
    expect(found).toMatchObject({ role: 'customer', age: '25-34', gender: 'female', isSealed: true })
  }
})
