import { expect, test } from 'vitest'
import { bearer, post, serveGuarded, someCaller } from '../support/guarded.ts'

test('lines about a vendor say whose account it is', async () => {
  const caller = someCaller('both', ['one', 'two'])
  const accounts = [
    { id: 'one', variables: 'ONE_' },
    { id: 'two', variables: 'TWO_' },
  ]
  await using served = await serveGuarded(
    { accounts, callers: [caller.entry] },
    { environment: { ISOTHERM_RETRY_BUDGET: '0' } },
  )
  const { journal } = served.sandbox.zenovay
  const ask = (account: string, place: number) =>
    post(
      served.origin,
      bearer(caller.key, account),
      `{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-${String(place).padStart(12, '0')}" }) { views { nodes { path } } } }`,
    )
  journal.script({ times: 1, answer: { body: { success: true, data: { pages: 'none' } } } })
  await ask('one', 0)
  journal.script({ answer: { status: 503 } })
  for (let place = 1; place <= 21; place++) await ask('two', place)
  const about = (part: object) =>
    served.logLines
      .map(line => JSON.parse(line))
      .filter(line => Object.entries(part).every(([name, value]) => line[name] === value))
      .map(({ account }) => account)
  await expect.poll(() => about({ breaker: 'OPEN' })).toEqual(['two'])
  expect(about({ drift: 'OTHER_TYPE' })).toEqual(['one'])
  expect(about({ code: 'UPSTREAM_INVALID_RESPONSE' })).toEqual(['one'])
  expect(new Set(about({ code: 'UPSTREAM_UNAVAILABLE', attempt: 1 }))).toEqual(new Set(['two']))
})
