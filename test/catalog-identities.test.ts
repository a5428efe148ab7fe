import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { problemsOf, read } from './support/catalog-texts.ts'

test('an upstream id is the text that was written, quoted or not', () => {
  const ids = fc.oneof(
    fc.stringMatching(/^[0-9]{1,30}$/),
    fc.stringMatching(/^[0-9a-fexo.+_-]{1,12}$/),
    fc.constantFrom('0658', '1e5', '0x1F', '0o17', '1.50', '9007199254740993', '-7'),
  )
  const plain = ids.filter(id => /^[a-z0-9]/.test(id))
  fc.assert(
    fc.property(plain, fc.constantFrom('', '"', "'"), (id, quote) => {
      const { locations, websites } = read(`
locations: [{ id: a, name: A, analytiks: { brandId: 1, referenceNumber: ${quote}${id}${quote} } }]
websites: [{ id: a, name: A, posthog: { environmentId: ${quote}${id}${quote} } }]`)
      expect(locations[0]?.referenceNumber).toBe(id)
      expect(websites[0]?.posthog).toEqual({ kind: 'environments', id })
    }),
  )
})

test('an Analytiks brand is a number that 32 bits hold, a location one that a double does', () => {
  const { locations } = read(`
locations:
  - { id: a, name: A, analytiks: { brandId: 2147483647, referenceNumber: X1, locationId: 9007199254740991 } }`)
  expect(locations).toMatchObject([{ brandId: 2 ** 31 - 1, analytiksId: Number.MAX_SAFE_INTEGER }])
})

test('a reference number without its brand is no identity, so it claims nothing', () => {
  const { locations } = read(`
locations:
  - { id: a, name: A, analytiks: { locationId: 1, referenceNumber: X1 } }
  - { id: b, name: B, analytiks: { locationId: 2, referenceNumber: X1 } }`)
  expect(locations).toHaveLength(2)
})

test.each([
  [
    'locations',
    { auraVision: { locationId: '64a1b2c3' } },
    'auraVision.locationId: must be 24 hexadecimal digits',
  ],
  ['locations', { analytiks: { locationId: -1 } }, 'analytiks.locationId: must be a whole number'],
  ['locations', { analytiks: { locationId: 1.5 } }, 'analytiks.locationId: must be a whole number'],
  [
    'locations',
    { analytiks: { locationId: '9007199254740993' } },
    'analytiks.locationId: must be a whole number',
  ],
  [
    'locations',
    { analytiks: { brandId: 2_147_483_648, referenceNumber: 'x' } },
    'analytiks.brandId: must be a whole number up to 2147483647',
  ],
  [
    'locations',
    { analytiks: { brandId: -1, referenceNumber: 'x' } },
    'analytiks.brandId: must be a whole number up to 2147483647',
  ],
  [
    'locations',
    { analytiks: { brandId: 1 } },
    'analytiks: must hold a locationId, or a brandId and a referenceNumber',
  ],
  [
    'locations',
    { analytiks: { referenceNumber: 'x' } },
    'analytiks: must hold a locationId, or a brandId and a referenceNumber',
  ],
  ['websites', { zenovay: { websiteId: 'shop' } }, 'zenovay.websiteId: must be a UUID'],
  ['websites', { posthog: {} }, 'posthog: must hold either a projectId or an environmentId'],
  [
    'websites',
    { posthog: { projectId: 1, environmentId: 1 } },
    'posthog: must hold either a projectId or an environmentId',
  ],
])('an identity that no vendor has is told: %s %j', (list, identity, problem) => {
  const [told, ...others] = problemsOf(stringify({ [list]: [{ id: 'a', name: 'A', ...identity }] }))
  expect(others).toEqual([])
  expect(told).toMatch(/^shops\/catalog\.yaml:[45]: /)
  expect(told).toContain(`: ${list}.a.${problem}`)
})

test.each([
  ['locations', (text: string) => ({ analytiks: { brandId: 1, referenceNumber: text } })],
  ['websites', (text: string) => ({ posthog: { projectId: text } })],
  ['websites', (text: string) => ({ posthog: { environmentId: text } })],
  ['websites', (text: string) => ({ datadog: { applicationId: text } })],
] as const)('an id that no id of the graph can hold is told: %s %o', (list, identity) => {
  for (const text of ['.', '..', 'a:..', 'a\nb', 'x'.repeat(1001)]) {
    const [told, ...others] = problemsOf(
      JSON.stringify({ [list]: [{ id: 'a', name: 'A', ...identity(text) }] }),
    )
    expect(others).toEqual([])
    expect(told).toMatch(/^shops\/catalog\.yaml:1: \w+\.a\..*: must have at most 1000 characters/)
  }
  for (const text of ['a/b', 'a:/b', '%2F', ' ', 'größe', 'x'.repeat(1000)])
    expect(problemsOf(JSON.stringify({ [list]: [{ id: 'a', name: 'A', ...identity(text) }] }))).toEqual([])
})
