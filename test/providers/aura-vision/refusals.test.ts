import { expect, test } from 'vitest'
import { connectRefusal, strayError } from '../../../src/providers/aura-vision/refusals.ts'

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

test('a refused connect is worth another try where its status says that it may be gone a moment later', () => {
  const retryable = Array.from({ length: 400 }, (_, index) => 200 + index).filter(
    status => connectRefusal({ status, headers: {} }).retryable,
  )
  const server = Array.from({ length: 100 }, (_, index) => 500 + index)
  expect(retryable).toEqual([408, 425, 429, ...server])
})
