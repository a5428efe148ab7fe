import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Renewal, Token } from '../../../src/upstream/http/oauth-token.ts'
import { serveTokens } from './token-server.ts'

const start = Date.parse('2026-02-07T12:00:00Z')
const waiting = { signal: new AbortController().signal }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start })
})

afterEach(() => {
  vi.useRealTimers()
})

test('a refused token is replaced by a newer one, once for all who were refused', async () => {
  await using tokens = await serveTokens()
  const refused = await tokens.source.current(waiting)
  const renewed = await Promise.all(
    Array.from({ length: 20 }, () => tokens.source.renew(refused, 'a question', waiting)),
  )
  expect(new Set(renewed.map(textOf))).toEqual(new Set(['token 2']))
  expect(textOf(await tokens.source.renew(refused, 'a question', waiting))).toBe('token 2')
  expect((await tokens.source.current(waiting)).text).toBe('token 2')
  expect(tokens.asked).toHaveLength(2)
})

test('what is refused with a renewed token says nothing of that token, however long it is used', async () => {
  await using tokens = await serveTokens()
  const { source } = tokens
  const first = await source.current(waiting)
  const second = tokenOf(await source.renew(first, 'one', waiting))
  source.renewedInVain(second, 'one')
  source.accepted(second, 'another')
  vi.setSystemTime(start + 600_000)
  expect(await source.renew(second, 'one', waiting)).toBe('known')
  expect(await source.renew(first, 'one', waiting)).toBe(second)
  expect(tokens.asked).toHaveLength(2)
})

test('a question that a token was taken for is no longer known to be refused', async () => {
  await using tokens = await serveTokens()
  const { source } = tokens
  const second = tokenOf(await source.renew(await source.current(waiting), 'one', waiting))
  source.renewedInVain(second, 'one')
  source.accepted(second, 'one')
  expect(textOf(await source.renew(second, 'one', waiting))).toBe('token 3')
})

test('a token that is refused to another question is renewed at once, as it may have been revoked', async () => {
  await using tokens = await serveTokens()
  const { source } = tokens
  const second = tokenOf(await source.renew(await source.current(waiting), 'one', waiting))
  source.renewedInVain(second, 'one')
  const renewed = await Promise.all(Array.from({ length: 20 }, () => source.renew(second, 'other', waiting)))
  expect(new Set(renewed.map(textOf))).toEqual(new Set(['token 3']))
  expect(tokens.asked).toHaveLength(3)
})

test('of several questions that are refused for good each costs one renewal, and not one for each other one', async () => {
  await using tokens = await serveTokens()
  const { source } = tokens
  let token = await source.current(waiting)
  for (const question of ['one', 'other', 'third', 'one', 'other', 'third', 'one', 'other', 'third']) {
    const renewed = await source.renew(token, question, waiting)
    if (renewed === 'known') continue
    token = tokenOf(renewed)
    source.renewedInVain(token, question)
  }
  expect(tokens.asked).toHaveLength(4)
})

test('a token that was replaced because it was bad says nothing of what was refused with earlier ones', async () => {
  await using tokens = await serveTokens()
  const { source } = tokens
  const second = tokenOf(await source.renew(await source.current(waiting), 'one', waiting))
  source.renewedInVain(second, 'one')
  const third = tokenOf(await source.renew(second, 'other', waiting))
  source.accepted(third, 'other')
  expect(textOf(await source.renew(third, 'one', waiting))).toBe('token 4')
})

test('a token that was never taken is doubted anew after a minute', async () => {
  await using tokens = await serveTokens()
  const { source } = tokens
  const second = tokenOf(await source.renew(await source.current(waiting), 'one', waiting))
  source.renewedInVain(second, 'one')
  vi.setSystemTime(start + 59_999)
  expect(await source.renew(second, 'one', waiting)).toBe('known')
  vi.setSystemTime(start + 60_000)
  expect(textOf(await source.renew(second, 'one', waiting))).toBe('token 3')
})

test('so many renewals in vain in a minute are followed by none', async () => {
  await using tokens = await serveTokens()
  const { source } = tokens
  let token = await source.current(waiting)
  for (let number = 1; number <= 5; number++) {
    token = tokenOf(await source.renew(token, `question ${number}`, waiting))
    source.renewedInVain(token, `question ${number}`)
  }
  expect(await source.renew(token, 'a sixth', waiting)).toBe('paused')
  expect(tokens.asked).toHaveLength(6)
  vi.setSystemTime(start + 60_000)
  expect(textOf(await source.renew(token, 'a sixth', waiting))).toBe('token 7')
})

test('renewals that help are never too many', async () => {
  await using tokens = await serveTokens()
  let token = await tokens.source.current(waiting)
  for (let number = 2; number < 20; number++) {
    token = tokenOf(await tokens.source.renew(token, 'a question', waiting))
    expect(token.text).toBe(`token ${number}`)
  }
})

test('each fetch is counted for whoever began it', async () => {
  await using tokens = await serveTokens()
  const counts = [0, 0]
  const [one, other] = [0, 1].map(place => ({
    signal: waiting.signal,
    tokenAsked: () => {
      counts[place] = (counts[place] ?? 0) + 1
    },
  }))
  const token = await tokens.source.current({ ...waiting, ...one })
  await tokens.source.current({ ...waiting, ...other })
  await Promise.all(
    [one, other].map(callContext => tokens.source.renew(token, 'a', { ...waiting, ...callContext })),
  )
  expect(counts).toEqual([2, 0])
  expect(tokens.asked).toHaveLength(2)
})

function tokenOf(renewal: Renewal): Token {
  if (typeof renewal === 'string') throw new Error(`${renewal} is no token.`)
  return renewal
}

function textOf(renewal: Renewal): string {
  return tokenOf(renewal).text
}
