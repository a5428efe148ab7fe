import { expect, test } from 'vitest'
import { CallTrail } from '../../src/upstream/call-trail.ts'
import { UpstreamError } from '../../src/upstream/error.ts'
import type { CallOutcome } from '../../src/upstream/observer.ts'

function observed() {
  const outcomes: CallOutcome[] = []
  const end = (outcome: CallOutcome) => void outcomes.push(outcome)
  return { outcomes, observation: { traceparent: undefined, end } }
}

const invalid = new UpstreamError('zenovay', 'UPSTREAM_INVALID_RESPONSE', 'It is no JSON.')

test('a response that cannot be read ends its call as invalid, with its status and size', () => {
  const { outcomes, observation } = observed()
  const trail = new CallTrail('GET /websites', {})
  trail.arrived(observation, { status: 200, bytes: 7 })
  expect(outcomes).toEqual([])
  trail.read(invalid)
  trail.read(invalid)
  const at = expect.any(Number)
  expect(outcomes).toEqual([{ failure: 'UPSTREAM_INVALID_RESPONSE', status: 200, bytes: 7, at }])
})

test('one that was read, or whose call goes on, ends it as it came', () => {
  const { outcomes, observation } = observed()
  const trail = new CallTrail('GET /websites', {})
  const arrival = { status: 200, bytes: 7 }
  trail.arrived(observation, arrival)
  trail.read()
  trail.arrived(observation, arrival)
  trail.leave()
  trail.arrived(observation, arrival)
  trail.read(new UpstreamError('zenovay', 'UPSTREAM_UNAVAILABLE', 'Of another call.'))
  const told = { ...arrival, at: expect.any(Number) }
  expect(outcomes).toEqual([told, told, told])
})

test('what comes of it takes no time of the call', () => {
  const { outcomes, observation } = observed()
  const trail = new CallTrail('GET /websites', {})
  trail.arrived(observation, { status: 200, bytes: 7 })
  const after = performance.now()
  while (performance.now() < after + 5);
  trail.read()
  expect(outcomes[0]?.at).toBeLessThanOrEqual(after)
})

test('a refusal ends it at once, whatever its text', () => {
  const { outcomes, observation } = observed()
  const trail = new CallTrail('GET /websites', {})
  trail.arrived(observation, { status: 503, bytes: 7 })
  trail.read(invalid)
  expect(outcomes).toEqual([{ status: 503, bytes: 7 }])
})
