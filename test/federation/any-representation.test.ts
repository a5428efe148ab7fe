import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

const types = [
  'Location',
  'Brand',
  'Website',
  'View',
  'PageHeatmap',
  'Snapshot',
  'Query',
  '__proto__',
  'Node',
]
const keys = [
  'id',
  'auraVisionId',
  'analytiksId',
  'brandId',
  'referenceNumber',
  'origin',
  'zenovayId',
  'url',
  'viewName',
]

const value = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.webUrl(),
  fc.constantFrom(
    'Location:ginza',
    'Brand:7',
    'Website:shop',
    'View:shop:/',
    'PageHeatmap:project:1:x',
    7,
    2 ** 31,
  ),
)

const representation = fc.oneof(
  fc.jsonValue().filter(given => given !== null),
  fc
    .tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...keys), value))
    .map(([__typename, key]) => ({ ...key, __typename })),
)

test('any JSON is an entity or nothing in its place, never a failure of the server', async () => {
  await using served = await serve()
  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { __typename ... on Node { id } ... on Snapshot { name } }
  }`
  await fc.assert(
    fc.asyncProperty(fc.array(representation, { maxLength: 20 }), async representations => {
      const { status, data, errors } = await askText<{ _entities: readonly unknown[] }>(
        served.origin,
        query,
        {
          representations,
        },
      )
      expect(status).toBe(200)
      expect(data._entities).toHaveLength(representations.length)
      for (const { path, extensions } of errors) {
        expect(extensions.code).toBe('BAD_USER_INPUT')
        expect(data._entities[Number(path?.[1])]).toBeNull()
      }
    }),
    { numRuns: 300 },
  )
  expect(served.log.filter(line => line.startsWith('unexpected'))).toEqual([])
})
