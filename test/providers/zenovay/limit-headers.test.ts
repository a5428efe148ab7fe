import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { limitsFromHeaders } from '../../../src/providers/zenovay/limit-headers.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-02-07T12:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

const limitsOf = (headers: Readonly<Record<string, string>>, status = 200) =>
  limitsFromHeaders({ status, headers, body: '' }, 'pro')

describe('headers tell the month', () => {
  test('by what is used of it, and when it ends', () => {
    const headers = {
      'x-usage-monthly': '400',
      'x-usage-limit': '1000',
      'x-usage-reset': '2026-03-01T00:00:00Z',
    }
    const resetsInMilliseconds = Date.UTC(2026, 2, 1) - Date.UTC(2026, 1, 7, 12)
    expect(limitsOf(headers).period).toEqual({ limit: 1000, left: 600, resetsInMilliseconds })
    expect(limitsOf({ 'x-usage-monthly': '1001', 'x-usage-limit': '1000' }).period).toMatchObject({ left: 0 })
  })

  test.each([undefined, '0', '-1', 'unlimited'])('by the plan where its limit is %s', limit => {
    const headers = { 'x-usage-monthly': '400', ...(limit && { 'x-usage-limit': limit }) }
    expect(limitsOf(headers).period).toMatchObject({ limit: 10_000, left: 9_600 })
  })

  test.each(['2027-02-07T12:00:00Z', '9999-12-31T23:59:59Z', 'soon'])(
    'without an end where the reset is no end of a month: %s',
    reset => {
      const headers = { 'x-usage-monthly': '10000', 'x-usage-reset': reset }
      expect(limitsOf(headers).period).toEqual({ limit: 10_000, left: 0, resetsInMilliseconds: undefined })
    },
  )
})

test('headers tell when a minute that is used up begins anew', () => {
  const usedUp = (reset: string) => limitsOf({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset })
  expect(usedUp('1770465607')).toMatchObject({ waitMilliseconds: 7000, window: { left: undefined } })
  expect(usedUp('1770469200')).toMatchObject({ waitMilliseconds: 60_000, window: { left: undefined } })
  for (const reset of ['1770465600', '1770465500', '7', 'soon'])
    expect(usedUp(reset)).toMatchObject({ waitMilliseconds: undefined, window: { left: 0 } })
  const refused = limitsOf({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1770465607' }, 429)
  expect(refused).toMatchObject({ waitMilliseconds: undefined, window: { left: undefined } })
  const left = limitsOf({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1770465607' })
  expect(left).toMatchObject({ waitMilliseconds: undefined, window: { left: 1 } })
})

test('headers tell the minute', () => {
  const headers = { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '3' }
  expect(limitsOf(headers).window).toEqual({ calls: 60, left: 3 })
  expect(limitsOf(headers, 429).window).toEqual({ calls: 60, left: undefined })
  expect(limitsOf({ 'x-ratelimit-limit': '0' }).window).toEqual({ calls: undefined, left: undefined })
})
