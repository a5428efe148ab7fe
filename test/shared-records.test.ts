import { LRUCache } from 'lru-cache'
import { afterAll, expect, test, vi } from 'vitest'
import { askText } from './support/client.ts'
import { serve } from './support/serving.ts'

// Everyone who reads a cache entry gets the same value, so here all that is read is frozen: a change of it would throw.
const { get } = LRUCache.prototype
const reads = vi.spyOn(LRUCache.prototype, 'get').mockImplementation(function (
  this: typeof LRUCache.prototype,
  ...asked
) {
  const found = get.apply(this, asked)
  if (found && 'until' in found && 'value' in found) freeze(found.value)
  return found
})
afterAll(() => reads.mockRestore())

let frozen = 0

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  frozen++
  for (const member of Object.values(value)) freeze(member)
}

const days = '{ start: "2025-08-05T00:00:00Z", end: "2025-08-07T00:00:00Z" }'
const store = 'location(by: { id: "oxford-street" })'
const website = 'website(by: { id: "shop" })'
const series = 'metric total peak { at value } points { at value } columns { start values }'

test.each([
  [
    'aura-vision',
    `{ ${store} { heatmaps(range: ${days}, types: [PATH, LINGER]) { id type createdAt image { state } } } }`,
  ],
  [
    'posthog',
    `{ ${website} { heatmaps(first: 5) { nodes { id name url } } view(path: "/products/1") { heatmaps { id image(width: 375) { state } } } }
      pageHeatmap(projectId: "1", id: "ownerless") { name createdBy { id } } }`,
  ],
  [
    'analytiks',
    `{ ${store} {
        quarters: traffic(range: { utc: ${days} }, interval: QUARTER_HOUR) { ${series} }
        hours: traffic(range: { utc: ${days} }) { ${series} }
        days: traffic(range: { utc: ${days} }, interval: DAILY) { ${series} }
        pointsOfInterest(range: { utc: ${days} }) { id traffic { ${series} } }
      }
      brand(id: 1234) { traffic(range: { utc: ${days} }, first: 2) { nodes { location { id } series { ${series} } } } } }`,
  ],
  [
    'zenovay',
    `{ websites(first: 50) { nodes { id name origin views(first: 20) { nodes { path totalInteractions lastInteractionAt } } } }
      ${website} { view(path: "/products/1") { totalInteractions } } }`,
  ],
  [
    'datadog',
    `{ ${website} { view(path: "/products/1") { few: snapshots(first: 2) { id name start } more: snapshots(first: 50) { id createdAt } } } }`,
  ],
])('nothing changes a record of %s that others read as well', async (provider, query) => {
  await using served = await serve({ environment: { ISOTHERM_CACHE_BYTES: '100000000' } })
  const first = await askText(served.origin, query)
  expect(first.errors).toEqual([])
  frozen = 0
  for (let turn = 0; turn < 2; turn++) {
    const { data, errors, upstream } = await askText(served.origin, query)
    expect({ data, errors }).toEqual({ data: first.data, errors: [] })
    expect(upstream[provider]?.cached).toBeGreaterThan(0)
  }
  expect(frozen).toBeGreaterThan(0)
})
