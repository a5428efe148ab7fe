import { describe, expect, test } from 'vitest'
import { limitsFromHeaders } from '../../../src/providers/datadog/limit-headers.ts'
import { serveDatadog } from '../../../src/sandbox/datadog.ts'
import { wire } from '../../support/wiring.ts'

/** What headers with these ends tell of the period. */
function periodOf(headers: Readonly<Record<string, string>>) {
  const named = Object.entries(headers).map(([name, value]) => [`x-ratelimit-${name}`, value])
  return limitsFromHeaders({ status: 200, headers: Object.fromEntries(named), body: '' }).period
}

describe('headers tell the period', () => {
  test('in calls and seconds', () => {
    expect(periodOf({ limit: '100', period: '60', remaining: '7', reset: '12', name: 'a' })).toEqual({
      left: 7,
      limit: 100,
      resetsInMilliseconds: 12_000,
      length: 60_000,
    })
  })

  test('as far as they say something', () => {
    expect(periodOf({ remaining: '7', reset: '12' })).toEqual({ left: 7, resetsInMilliseconds: 12_000 })
    expect(periodOf({ limit: '0', period: '0', remaining: '0', reset: '0' })).toEqual({
      left: 0,
      resetsInMilliseconds: 0,
    })
    for (const headers of [{ remaining: '7' }, { reset: '12' }, { remaining: '-1', reset: '12' }])
      expect(periodOf(headers)).toBeUndefined()
  })

  test('whose end is no later than its length, or than a day', () => {
    const remaining = '0'
    expect(periodOf({ remaining, period: '60', reset: '999999999' })?.resetsInMilliseconds).toBe(60_000)
    expect(periodOf({ remaining, reset: '999999999' })?.resetsInMilliseconds).toBe(86_400_000)
    expect(periodOf({ remaining, period: '999999999', reset: '999999999' })).toMatchObject({
      resetsInMilliseconds: 86_400_000,
      length: 86_400_000,
    })
  })
})

test('after a limit of nothing the next call is made', async () => {
  await using emulator = await serveDatadog()
  await using account = wire(emulator, { ISOTHERM_UPSTREAM_TIMEOUT_MS: '1500' })
  const headers = {
    'x-ratelimit-limit': '0',
    'x-ratelimit-period': '1',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '0',
  }
  emulator.journal.script({ answer: { headers, body: { data: [] } }, times: 1 })
  const list = () =>
    account.client('datadog').snapshots({ viewName: '/home' }, 1, { signal: new AbortController().signal })
  await list()
  expect(await list()).toHaveLength(1)
})
