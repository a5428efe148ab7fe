import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { madeUpHeatmaps } from '../../src/sandbox/posthog-heatmaps.ts'
import { askText } from '../support/client.ts'
import { takeCalls } from '../support/refused.ts'
import { type Served, serve } from '../support/serving.ts'

const website = 'website(by: { zenovayId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" })'
const [uuid = ''] = madeUpHeatmaps(new Date()).map(({ heatmap }) => heatmap.id)
const range = (start: string, end: string) => `{ start: "${start}T00:00:00Z", end: "${end}T00:00:00Z" }`
const month = `{ utc: ${range('2025-05-05', '2025-06-05')} }`
const day = `{ utc: ${range('2025-06-02', '2025-06-03')} }`

/** Everything that can be asked without an answer, of all vendors and in many places, some of which may come later. */
const query = `{
  locations(first: 4) { nodes @stream(initialCount: 1) {
    id
    ... @defer { traffic(range: ${month}) { total } days: traffic(range: ${day}, interval: DAILY) { total } }
    pointsOfInterest(range: ${day}) { id }
    heatmaps(range: ${range('2026-02-02', '2026-02-03')}, types: [PATH]) { type }
    ... @defer { staff: heatmaps(range: ${range('2026-02-02', '2026-04-30')}, types: [PATH, LINGER], roles: ["staff"]) { type image { state } } }
  } }
  nodes(ids: ["Location:analytiks:5", "Location:analytiks:12"]) { ... on Location {
    quarters: traffic(range: ${month}, interval: QUARTER_HOUR) { total } bounceRate(range: ${day})
    traffic(range: ${day}, onRefusal: FAIL) { total }
  } }
  location(by: { reference: { brandId: 5678, referenceNumber: "DE1000" } }) { traffic(range: ${month}) { total } }
  brand(id: 1234) {
    ... @defer { traffic(range: ${month}, first: 5) { nodes { series { total } } } }
    other: traffic(range: ${day}, interval: QUARTER_HOUR, first: 5) { nodes { series { total } } }
  }
  ${[1, 2, 3].map(width => `w${width}: pageHeatmap(projectId: "1", id: "${uuid}") { image(width: ${width}) { state } }`).join('\n')}
  saved: pageHeatmap(projectId: "1", id: "ownerless") { name }
  websites(first: 100) { nodes { id } }
  ${website} {
    ... @defer { views(first: 3) { nodes { path } } }
    heatmaps(first: 3) { nodes { name } }
    view(path: "/pricing") { totalInteractions snapshots(first: 2) { name } ... @defer { heatmaps { name } } }
  }
  ... @defer { snapshots(viewName: "/pricing", first: 2) { name } }
  other: snapshots(viewName: "/about", deviceType: "desktop", first: 2) { name }
}`

/** Without a location that is then known by its reference number alone. */
const catalog = sandboxCatalog().replace(/^ +referenceNumber: DE1000\n/m, '')

const providers = ['aura-vision', 'posthog', 'analytiks', 'zenovay', 'datadog'] as const
const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve({ catalog }))
})
afterAll(() => resources.disposeAsync())

async function planned(): Promise<Readonly<Record<string, number>>> {
  const { extensions } = await askText(served.origin, query, {}, { headers: { 'isotherm-explain': 'plan' } })
  const plan: Readonly<Record<string, readonly unknown[]>> = Object(extensions.plan)
  return Object.fromEntries(Object.entries(plan).map(([provider, calls]) => [provider, calls.length]))
}

test('a plan holds every call that depends on no answer, of all vendors', async () => {
  const { upstream, errors } = await askText(served.origin, query)
  expect(errors).toEqual([])
  const made = Object.entries(upstream).map(([provider, { made }]) => [provider, made])
  expect(await planned()).toEqual(Object.fromEntries(made))
  expect(Object.keys(upstream)).toEqual([...providers])
})

describe.each(providers)('one call more than are allowed to %s is refused', provider => {
  const variable = `${provider.toUpperCase().replace('-', '_')}_MAX_CALLS`

  test.each([
    { kind: 'whole', accept: 'application/json' },
    { kind: 'in parts', accept: 'multipart/mixed' },
  ])('before anybody is asked anything, $kind', async ({ accept }) => {
    const { [provider]: needed = 0 } = await planned()
    const maximum = String(needed - 1)
    await using strict = await serve({ catalog, environment: { [variable]: maximum } })
    // What is asked over and over is compiled.
    for (let times = 0; times < 4; times++) {
      const response = await fetch(`${strict.origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
      })
      const text = await response.text()
      expect(text).toContain(
        `would need ${needed} calls to ${provider}, and ${maximum} are allowed (${variable})`,
      )
      expect(takeCalls(strict.sandbox)).toEqual([])
    }
  })
})
