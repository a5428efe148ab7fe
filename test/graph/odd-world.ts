import fc from 'fast-check'
import { type Emulator, type Handler, serveEmulator } from '../../src/sandbox/emulator.ts'
import type { Sandbox } from '../../src/sandbox.ts'
import { problemsOf } from '../support/catalog-texts.ts'

/** What a catalog or a vendor may call a thing. */
const oddText = fc
  .oneof(
    fc.constantFrom(
      ...[
        '.',
        '..',
        'a:..',
        'a:/..',
        ':',
        'a/b',
        'a:/b',
        '%2F',
        'a%b',
        ' a ',
        '"',
        "'",
        '?a#b',
        '\u2028',
        '\n',
      ],
      ...['größe', '🔥', '01', '1e5', '9007199254740993', 'Website:shop', 'posthog:1', '__proto__'],
      ...['x'.repeat(1000), 'y'.repeat(1001), '/%'.repeat(450), 'a:'.repeat(600), 'ü'.repeat(5000)],
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  )
  .map(text => text.toWellFormed())

const key = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,12}$/),
  fc.constantFrom('a..', '0', 'constructor', 'x'.repeat(999), 'y'.repeat(1001)),
)
const hexadecimal = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: length, maxLength: length })
const uuid = hexadecimal(32).map(text => text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
const natural = fc.oneof(fc.nat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER))
const brandId = fc.nat({ max: 2 ** 31 - 1 })

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })

const location = fc.record({
  id: key,
  name: oddText,
  timeZone: maybe(fc.constantFrom('Europe/London', 'Asia/Kolkata')),
  auraVision: maybe(fc.record({ locationId: hexadecimal(24) })),
  analytiks: maybe(
    fc.oneof(
      fc.record({ locationId: natural }),
      fc.record({ brandId, referenceNumber: oddText }),
      fc.record({ locationId: natural, brandId, referenceNumber: oddText }),
    ),
  ),
})

const domain = fc.constantFrom(
  'a.example',
  'https://b.example',
  'größe.example',
  'c.example:8443',
  'https://d.example./x',
)
const website = fc.record({
  id: key,
  name: oddText,
  origin: maybe(fc.constantFrom('https://b.example', 'http://e.example:81', 'https://xn--gre-6ka8i.example')),
  zenovay: maybe(fc.record({ websiteId: uuid })),
  posthog: maybe(fc.oneof(fc.record({ projectId: oddText }), fc.record({ environmentId: oddText }))),
  datadog: maybe(fc.record({ applicationId: fc.oneof(oddText, uuid) })),
})

const path = fc.oneof(
  fc.webPath().map(path => `/${path}`),
  // Datadog is asked by it, percent-encoded.
  oddText.map(text => `/${text.slice(0, 300)}`),
  fc.constantFrom(
    '/café',
    '/caf%c3%a9',
    '/a b',
    '/a%20b',
    '/x/../pricing',
    '/pricing',
    '/pricing/',
    '//double',
  ),
  fc.constantFrom('/suche?q=größe&page=2', '/index.html#top', '/a%2fb', '/a%2Fb', '/%zz', '/', '', 'z'),
  fc.constantFrom('https://b.example/full?a#b', 'https://foreign.example/', 'mailto:a@b.example', 'http://'),
)

const auraRow = fc.record({
  recording_id: fc.oneof(oddText, fc.constant(null)),
  role: fc.oneof(oddText, fc.constant(null)),
  age: fc.constantFrom(null, '25-34', 'ü'.repeat(2500)),
  gender: fc.constantFrom(null, 'female'),
  created: fc.constantFrom(null, '2025-06-02T10:00:00', '2025-06-02T10:00:00.123'),
  heatmap_type: fc.constantFrom('path', 'exit', 'dance'),
})

/** Everything that the vendors and the catalog hold; what the catalog refuses is for the test to leave out. */
export const oddWorld = fc.record({
  locations: fc.array(location, { minLength: 4, maxLength: 8 }),
  websites: fc.array(website, { minLength: 4, maxLength: 8 }),
  unlisted: fc.uniqueArray(fc.record({ id: uuid, name: maybe(oddText), domain }), {
    selector: ({ id }) => id.toLowerCase(),
    maxLength: 5,
  }),
  paths: fc.array(path, { minLength: 3, maxLength: 8 }),
  heatmaps: fc.uniqueArray(
    fc.record({ id: fc.oneof(uuid, oddText), isShort: fc.boolean(), name: oddText, at: fc.nat({ max: 3 }) }),
    {
      selector: ({ id }) => id.toLowerCase(),
      maxLength: 5,
    },
  ),
  snapshots: fc.record({
    viewName: fc.constantFrom('/pricing', 'größe', '/a?', ' " ', 'x'.repeat(2000)),
    ids: fc.uniqueArray(oddText, { maxLength: 5 }),
  }),
  auraRows: fc.uniqueArray(auraRow, {
    selector: row => JSON.stringify(row),
    maxLength: 6,
  }),
  brand: fc.record({
    id: brandId,
    rows: fc.uniqueArray(fc.record({ locationId: natural, referenceNumber: maybe(oddText) }), {
      selector: ({ locationId }) => locationId,
      minLength: 1,
      maxLength: 5,
    }),
  }),
})

export type OddWorld = typeof oddWorld extends fc.Arbitrary<infer World> ? World : never

/** What the catalog takes of it; what it refuses it tells, so nothing hands that out. */
export function catalogOf({ locations, websites }: OddWorld) {
  const catalog: { locations: OddWorld['locations']; websites: OddWorld['websites'] } = {
    locations: [],
    websites: [],
  }
  const takes = (other: typeof catalog) => problemsOf(JSON.stringify(other)).length === 0
  for (const entry of locations) {
    if (takes({ ...catalog, locations: [...catalog.locations, entry] })) catalog.locations.push(entry)
  }
  for (const entry of websites) {
    if (takes({ ...catalog, websites: [...catalog.websites, entry] })) catalog.websites.push(entry)
  }
  return catalog
}

/** Has the vendors of a sandbox answer whatever they are asked with what they hold in this world. */
export function script(
  world: OddWorld,
  { zenovay, datadog, analytiks, 'aura-vision': auraVision }: Sandbox,
): void {
  const zenovaySources = (route: string, data: object) => {
    const headers = { 'x-ratelimit-limit': '1000000' }
    zenovay.journal.script({ route, answer: { headers, body: { success: true, data } } })
  }
  zenovaySources('GET /api/external/v1/websites', { websites: world.unlisted })
  zenovaySources('GET /api/external/v1/heatmaps/:websiteId/pages', {
    pages: world.paths.map((url, index) => ({ url, total_interactions: index % 3 })),
  })
  const { viewName, ids } = world.snapshots
  const data = ids.map((id, index) => ({
    id,
    type: 'snapshots',
    attributes: { view_name: viewName, snapshot_name: `${index}`, application_id: id },
  }))
  datadog.journal.script({ answer: { body: { data } } })
  analytiks.journal.script({
    route: 'POST /json/v3',
    answer: { body: { cursor: null, data: world.brand.rows.map(row => ({ ...row, visits: {} })) } },
  })
  const locationIds = catalogOf(world).locations.flatMap(({ auraVision }) => auraVision?.locationId ?? [])
  const rows = locationIds.flatMap(location_id => world.auraRows.map(row => ({ location_id, ...row })))
  auraVision.journal.script({ route: 'detail/list', frames: [`{id}|0|0|${JSON.stringify(rows)}`] })
}

/** A PostHog whose projects all hold the heatmaps of this world. */
export function servePostHog({ heatmaps, paths }: OddWorld): Promise<Emulator> {
  const results = heatmaps.map(({ at, isShort, ...heatmap }, index) => ({
    ...heatmap,
    // A route with space or slash in it is none of PostHog's.
    short_id: isShort ? `${heatmap.name.replace(/[\s/\p{Cc}]/gu, '').slice(0, 900)}${index}` : null,
    url: `https://b.example${paths[index % paths.length]}`,
    updated_at: new Date(Date.UTC(2026, 0, 10 - at)).toISOString(),
  }))
  const list = () => ({ body: { results, count: results.length } })
  const retrieve: Handler = ({ params }) => {
    const body = results.find(({ short_id }) => short_id === params.id)
    return body ? { body } : { status: 404, body: {} }
  }
  return serveEmulator({
    provider: 'posthog',
    routes: {
      'GET /api/:scope/:project/saved{/}?': list,
      'GET /api/:scope/:project/saved/:id{/}?': retrieve,
    },
    environment: origin => ({ POSTHOG_HOST: origin, POSTHOG_PERSONAL_API_KEY: 'phx_odd' }),
  })
}
