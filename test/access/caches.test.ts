import { expect, test } from 'vitest'
import { bearer, post, serveGuarded, someCaller } from '../support/guarded.ts'

const caller = someCaller('both', ['one', 'two'])
const file = { accounts: [{ id: 'one' }, { id: 'two' }], callers: [caller.entry] }
const pages =
  '{ website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views { nodes { path } } } }'

test('all accounts share one bound of memory', async () => {
  // Doubled until one answer fits, so that two of the same size do not.
  for (let bytes = 512; bytes < 1_000_000; bytes *= 2) {
    await using guarded = await serveGuarded(file, { environment: { ISOTHERM_CACHE_BYTES: `${bytes}` } })
    const callsAfter = async (account: string) => {
      await post(guarded.origin, bearer(caller.key, account), pages)
      return guarded.sandbox.zenovay.journal.calls.length
    }
    expect(await callsAfter('one')).toBe(1)
    if ((await callsAfter('one')) > 1) continue
    expect(await callsAfter('two')).toBe(2)
    expect(await callsAfter('two')).toBe(2)
    expect(await callsAfter('one')).toBe(3)
    return
  }
  throw new Error('Nothing was ever kept.')
})
