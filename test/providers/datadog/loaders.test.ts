import { expect, test } from 'vitest'
import type { SnapshotsKey } from '../../../src/providers/datadog/loaders.ts'
import { serveDatadog } from '../../../src/sandbox/datadog.ts'
import { type Ask, providerConformance } from '../../support/conformance.ts'
import { wire } from '../../support/wiring.ts'

providerConformance({
  name: 'datadog',
  serve: () => serveDatadog(),
  questions: {
    'GET /api/v2/replay/heatmap/snapshots': {
      ask: snapshots({}),
      other: snapshots({ viewName: '/about' }),
      merged: {
        asks: [
          snapshots({}),
          snapshots({ first: 1 }),
          snapshots({ deviceType: 'mobile' }),
          snapshots({ first: 4 }),
          snapshots({ viewName: '/about' }),
        ],
        calls: 3,
      },
    },
  },
})

function snapshots(key: Partial<SnapshotsKey>): Ask {
  return ({ datadog }) => datadog.snapshots.load({ viewName: '/', first: 20, ...key })
}

test('the largest limit of a filter is asked, and each has as many of its first snapshots as it wants', async () => {
  await using emulator = await serveDatadog()
  await using account = wire(emulator)
  const { datadog } = account.request()
  const firsts = [2, 5, 1, 3]
  const answers = await Promise.all(firsts.map(first => datadog.snapshots.load({ viewName: '/', first })))
  expect(answers.map(snapshots => snapshots.length)).toEqual(firsts)
  for (const [index, first] of firsts.entries()) expect(answers[index]).toEqual(answers[1]?.slice(0, first))
  const [call] = emulator.journal.calls
  expect(new URL(call?.path ?? '', emulator.origin).searchParams.get('page[limit]')).toBe('5')
})

test('a filter is the same whether a part of it is null or left out', async () => {
  await using emulator = await serveDatadog()
  await using account = wire(emulator)
  const { datadog } = account.request()
  await Promise.all([
    datadog.snapshots.load({ viewName: '/', first: 5 }),
    datadog.snapshots.load({ viewName: '/', deviceType: null, applicationId: undefined, first: 5 }),
  ])
  expect(emulator.journal.count()).toBe(1)
})

test('a shorter list is cut from a longer one of the same filter, also when it is asked later', async () => {
  await using emulator = await serveDatadog()
  await using account = wire(emulator)
  const { datadog } = account.request()
  const longest = await datadog.snapshots.load({ viewName: '/', first: 5 })
  const shorter = await datadog.snapshots.load({ viewName: '/', first: 2 })
  expect(shorter).toEqual(longest.slice(0, 2))
  expect(emulator.journal.count()).toBe(1)
})

test('what a change has made stale is asked again once it is cleared', async () => {
  await using emulator = await serveDatadog()
  await using account = wire(emulator)
  const { datadog } = account.request()
  const load = () => datadog.snapshots.load({ viewName: '/home', first: 5 })
  const [snapshot] = await load()
  await account.client('datadog').deleteSnapshot(snapshot?.id ?? '', { signal: new AbortController().signal })
  expect(await load()).toHaveLength(1)
  datadog.clear()
  expect(await load()).toEqual([])
})
