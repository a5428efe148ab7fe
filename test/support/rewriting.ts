import { expect } from 'vitest'
import { bearer, post, serveGuarded, someCaller } from './guarded.ts'

/**
 * Twenty callers of two accounts keep asking while the access file is rewritten that many times. No request may fail, but those of
 * callers that are in the file no more.
 */
export async function serveWhileRewritten(rounds: number): Promise<void> {
  const lasting = Array.from({ length: 20 }, (_, index) => someCaller(`lasting-${index}`, ['one', 'two']))
  const [leaving, coming] = [someCaller('leaving', ['one']), someCaller('coming', ['one'])]
  const fileAt = (round: number) => ({
    // The second account changes its vendors, its catalog, or goes and comes again.
    accounts: [
      { id: 'one', variables: 'ONE_' },
      {
        id: 'two',
        variables: round % 3 === 1 ? 'ONE_' : 'TWO_',
        ...(round % 2 && { catalog: 'other.yaml' }),
      },
      ...(round % 4 === 0 ? [{ id: 'three', variables: 'TWO_' }] : []),
    ],
    callers: [...lasting.map(({ entry }) => entry), (round % 2 === 0 ? leaving : coming).entry],
  })
  await using guarded = await serveGuarded(fileAt(0), {
    files: { 'other.yaml': 'locations: [{ id: other, name: Other }]' },
  })
  const { origin } = guarded
  const query =
    '{ locations(first: 1) { nodes { id } } website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" }) { views(first: 1) { nodes { path } } } }'
  let asked = 0
  const done = new AbortController()
  const keepAsking = async (key: string, account: string) => {
    while (!done.signal.aborted) {
      const { status, body } = await post(origin, bearer(key, account), query)
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { data: { website: { views: { nodes: [{ path: '/' }] } } } },
      })
      expect(body).not.toHaveProperty('errors')
      asked++
    }
  }
  const asking = lasting.map(({ key }, index) => keepAsking(key, index % 2 ? 'one' : 'two'))
  for (let round = 1; round <= rounds; round++) {
    await guarded.rewrite(fileAt(round))
    const statusOf = async ({ key }: typeof leaving) => (await post(origin, bearer(key))).status
    const [gone, come] = round % 2 === 0 ? [coming, leaving] : [leaving, coming]
    expect(await statusOf(gone)).toBe(401)
    expect(await statusOf(come)).toBe(200)
  }
  done.abort()
  await Promise.all(asking)
  expect(asked).toBeGreaterThan(rounds)
  expect(guarded.log.filter(line => !line.includes('not known here'))).toEqual([])
}
