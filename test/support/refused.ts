import { expect } from 'vitest'
import type { Sandbox } from '../../src/sandbox.ts'
import type { Answer } from './client.ts'

/** What the upstreams were asked since the last time, as provider and route. */
export function takeCalls({ emulators }: Sandbox): readonly string[] {
  return emulators.flatMap(({ provider, journal }) =>
    journal.calls.splice(0).map(({ route }) => `${provider} ${route}`),
  )
}

/** The whole operation was refused for bad input, and nobody was asked for any part of it. */
export function expectRefused(
  sandbox: Sandbox,
  { status, data, errors }: Answer<unknown>,
  says: RegExp,
): void {
  expect(takeCalls(sandbox)).toEqual([])
  expect(new Set(errors.map(({ extensions: { code } }) => code))).toEqual(new Set(['BAD_USER_INPUT']))
  expect(errors.map(({ message }) => message).join('\n')).toMatch(says)
  expect(data).toBeUndefined()
  expect(status).toBe(400)
}
