import { expect, test } from 'vitest'
import { strayError } from '../../../src/providers/aura-vision/refusals.ts'

test.each([
  '{"message":{"toString":null,"valueOf":null}}',
  '{"message":["Forbidden"]}',
  '{"message":7}',
  '{"words":"Forbidden"}',
  'null',
  'Forbidden',
  '',
])('an un-framed message without words is an answer of another shape: %s', message => {
  expect(strayError(message)).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', provider: 'aura-vision' })
})
