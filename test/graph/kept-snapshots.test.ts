import { expect, test } from 'vitest'
import { bearer, post, serveGuarded, someCaller } from '../support/guarded.ts'

test('a change that a limit held back takes nothing of what is kept from others', async () => {
  const [limited, other] = [
    someCaller('limited', ['one'], { limits: { upstreamCallsPerHour: { datadog: 1 } } }),
    someCaller('other', ['one']),
  ]
  const callers = [limited.entry, other.entry]
  await using served = await serveGuarded({ accounts: [{ id: 'one', variables: 'ONE_' }], callers })
  const { journal } = served.sandbox.datadog
  const list = async () => {
    const { body } = await post(
      served.origin,
      bearer(other.key),
      '{ snapshots(viewName: "/pricing") { id } }',
    )
    return JSON.stringify(body)
  }
  const remove = async () => {
    const text = 'mutation { deleteSnapshot(input: { id: "nowhere" }) { __typename } }'
    return JSON.stringify((await post(served.origin, bearer(limited.key), text)).body)
  }
  await list()
  expect(await remove()).not.toContain('RATE_LIMITED')
  await list()
  // The change was made, so the list was read anew.
  expect(journal.count()).toBe(3)
  expect(await remove()).toContain('RATE_LIMITED')
  await list()
  expect(journal.count()).toBe(3)
})
