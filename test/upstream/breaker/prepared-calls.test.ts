import { expect, test } from 'vitest'
import type { Make } from '../../../src/upstream/breaker/guard.ts'
import { type HealthOptions, ProviderHealth } from '../../../src/upstream/breaker/provider-health.ts'
import type { CallContext } from '../../../src/upstream/call-context.ts'
import { UpstreamError } from '../../../src/upstream/error.ts'
import { failureOf } from '../../support/wiring.ts'
import { holdTimers, pass, read, start } from './held-timers.ts'

holdTimers()

const failure = () => new UpstreamError('zenovay', 'UPSTREAM_UNAVAILABLE', 'no')

function open(options: HealthOptions = {}) {
  const health = new ProviderHealth('zenovay', options)
  return { health, guard: health.guardOf(new URL('https://api.example.com/v1'), 10_000) }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(failure())))
}

test('what a call needs is there before it is claimed, and without a claim nothing is waited for', async () => {
  const { guard } = open()
  const steps: string[] = []
  const prepare = async () => void steps.push('prepare')
  const claim = { take: async () => void steps.push('take'), leave() {} }
  const send = async <Value>({ claim }: CallContext, make: () => Promise<Value>) => {
    await claim?.take()
    return await make()
  }
  const make = async () => void steps.push('make')
  await guard.call({ ...start(), claim }, { ...read, prepare }, make, send)
  expect(steps).toEqual(['prepare', 'take', 'make'])
  await guard.call(start(), { ...read, prepare }, make, send)
  expect(steps.slice(3)).toEqual(['make'])
})

test('the deadline is that of a call together with what it needs first, without the wait for its turn', async () => {
  const { guard } = open()
  const started = performance.now()
  const claim = { take: async () => {}, leave() {} }
  const prepare = () => new Promise(resolve => setTimeout(resolve, 6_000))
  const send = async <Value>({ claim }: CallContext, make: () => Promise<Value>) => {
    await claim?.take()
    await new Promise(resolve => setTimeout(resolve, 3_000))
    return await make()
  }
  const make: Make<never> = ({ signal }) => untilAborted(signal)
  const ended = failureOf(guard.call({ ...start(), claim }, { ...read, prepare }, make, send)).then(() =>
    performance.now(),
  )
  await pass(60_000)
  expect(Math.round((await ended) - started)).toBe(13_000)
})

test('what a call needs first is waited for no longer than the deadline', async () => {
  const { guard } = open()
  const claim = { take: () => Promise.reject(new Error('claimed')), leave() {} }
  const prepare = ({ signal }: CallContext) => untilAborted(signal)
  const send = async <Value>({ claim }: CallContext, make: () => Promise<Value>) => {
    await claim?.take()
    return await make()
  }
  const question = { ...read, prepare }
  const ended = failureOf(guard.call({ ...start(), claim }, question, async () => 1, send))
  await pass(10_000)
  expect(await ended).toMatchObject({ message: 'no' })
})

test.each([
  [4_000, 6_000],
  [9_000, 5_000],
])('of a question that followed another instance for %i ms the call has %i ms', async (followed, left) => {
  const { guard } = open()
  const started = performance.now()
  const callContext = { ...start(), followedMilliseconds: followed }
  const ended = failureOf(guard.call(callContext, read, ({ signal }) => untilAborted(signal)))
  const passed = ended.then(() => performance.now() - started)
  await pass(60_000)
  expect(Math.round(await passed)).toBe(left)
})

test('a call that cannot be prepared is never claimed, and counts as failed where it is a probe', async () => {
  const { guard, health } = open({ retryPercent: 0 })
  // Twenty failures open the breaker.
  for (let call = 0; call < 20; call++)
    await failureOf(guard.call(start(), read, () => Promise.reject(failure())))
  await pass(30_000)
  const claim = { take: () => Promise.reject(new Error('claimed')), leave() {} }
  const question = { ...read, prepare: () => Promise.reject(failure()) }
  const send = async <Value>({ claim }: CallContext, make: () => Promise<Value>) => {
    await claim?.take()
    return await make()
  }
  expect(await failureOf(guard.call({ ...start(), claim }, question, async () => 1, send))).toMatchObject({
    message: 'no',
  })
  expect(health.breaker).toMatchObject({ state: 'OPEN' })
})
