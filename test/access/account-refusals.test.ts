import { expect, test } from 'vitest'
import { bearer, serveGuarded, someCaller } from '../support/guarded.ts'

test('whoever names a wrong account is named in the log, and counted against its own limits', async () => {
  const accounts = ['one', 'two']
  const [several, other] = [
    someCaller('several', accounts, { limits: { requestsPerMinute: 4 } }),
    someCaller('other', ['one']),
  ]
  const file = {
    accounts: [
      { id: 'one', variables: 'ONE_' },
      { id: 'two', variables: 'TWO_' },
    ],
    callers: [several.entry, other.entry],
  }
  await using served = await serveGuarded(file, { level: 'info' })
  const ask = (key: string, account?: string) =>
    fetch(`${served.origin}/graphql?query={__typename}`, { headers: bearer(key, account) })
  const answers = [
    await ask(other.key, 'two'),
    await ask(several.key),
    await ask(several.key, 'three'),
    await ask(several.key, 'one, two'),
    await ask(several.key, 'two'),
    await ask(several.key),
  ]
  expect(answers.map(({ status }) => status)).toEqual([403, 400, 403, 400, 200, 429])
  expect(answers[1]?.headers.get('ratelimit')).toMatch(/^"minute";r=3/)
  const lines = () => served.logLines.map(line => JSON.parse(line)).filter(line => 'milliseconds' in line)
  await expect.poll(() => lines()).toHaveLength(6)
  expect(lines().map(({ caller, status }) => [caller, status])).toEqual([
    ['other', 403],
    ['several', 400],
    ['several', 403],
    ['several', 400],
    ['several', 200],
    ['several', 429],
  ])
  const refused = 'refused with 403: The header isotherm-account names no account of yours.'
  expect(served.log).toEqual(
    expect.arrayContaining([`${refused} (caller other)`, `${refused} (caller several)`]),
  )
})
