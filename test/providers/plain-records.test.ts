import { expect, test } from 'vitest'
import { sites, stores } from '../../src/sandbox/world.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox.ts'
import { type Wiring, wire } from '../support/wiring.ts'

const day = { start: new Date('2026-08-03T00:00:00Z'), end: new Date('2026-08-04T00:00:00Z') }
const callContext = { signal: new AbortController().signal }

const records: Readonly<Record<string, (account: Wiring) => Promise<readonly unknown[]>>> = {
  'Zenovay pages': ({ client }) => client('zenovay').pages(siteIds().zenovayId, 20, callContext),
  'Zenovay websites': ({ client }) => client('zenovay').websites(callContext),
  'Datadog snapshots': ({ client }) => client('datadog').snapshots({ viewName: '/' }, 20, callContext),
  'PostHog heatmaps': async ({ client }) => {
    const scope = { kind: 'projects', id: siteIds().posthogProjectId } as const
    return (await client('posthog').heatmaps(scope, { limit: 20, offset: 0 }, callContext)).results
  },
  'Aura Vision heatmaps': ({ client }) =>
    client('aura-vision').heatmaps(
      stores.map(store => store.auraLocationId),
      ['path'],
      day,
      callContext,
    ),
}

test.each(Object.entries(records))('%s can be kept as JSON and are the same again', async (_name, read) => {
  await using sandbox: Sandbox = await startSandbox()
  await using account = wire({ environment: sandbox.environment() })
  const rows = await read(account)
  expect(rows.length).toBeGreaterThan(0)
  expect(JSON.parse(JSON.stringify(rows))).toStrictEqual(rows)
})

function siteIds() {
  const [site] = sites
  if (!site) throw new RangeError('The made-up world has no website.')
  return site
}
