import { beforeAll, describe, expect, test } from 'vitest'
import { askText } from './support/client.ts'
import { dayAgo } from './support/heat-days.ts'
import { expectRefused } from './support/refused.ts'
import { type Served, serve } from './support/serving.ts'

/** No input of this file reaches an upstream, so one Isotherm serves them all and its journals stay empty. */
const resources = new AsyncDisposableStack()
let served: Served

beforeAll(async () => {
  served = resources.use(await serve())
  return () => resources.disposeAsync()
})

/** Fields that could not be asked of anybody, and what is said of them. */
type Rows = readonly (readonly [fields: string, says: RegExp])[]

const start = '2025-08-05T00:00:00Z'
const end = '2025-08-06T00:00:00Z'
const fine = `range: { start: "${start}", end: "${end}" }`
const heatmaps = (args: string) => `location(by: { id: "ginza" }) { heatmaps(${args}) { type } }`
const heatmapsIn = (from: string, to: string) =>
  heatmaps(`range: { start: ${from}, end: ${to} }, types: [PATH]`)
const traffic = (args: string) => `location(by: { id: "ginza" }) { traffic(${args}) { total } }`
const trafficIn = (form: string, from: string, to: string) =>
  traffic(`range: { ${form}: { start: "${from}", end: "${to}" } }`)
const rates = (range: string) => `location(by: { id: "ginza" }) { bounceRate(range: { ${range} }) }`
const website = (field: string) => `website(by: { id: "shop" }) { ${field} }`

const dates: Rows = [
  [heatmapsIn('"yesterday"', `"${end}"`), /DateTime.*yesterday/],
  [heatmapsIn('""', `"${end}"`), /DateTime/],
  [heatmapsIn('"2025-08-05"', `"${end}"`), /2025-08-05/],
  [heatmapsIn('"2025-08-05T00:00:00"', `"${end}"`), /2025-08-05T00:00:00/],
  [heatmapsIn(`"${start}"`, '"2026-02-30T00:00:00Z"'), /2026-02-30/],
  [heatmapsIn(`"${start}"`, '"2025-13-01T00:00:00Z"'), /2025-13-01/],
  [heatmapsIn(`"${start}"`, '"2025-08-06T25:00:00Z"'), /T25:00:00Z/],
  [heatmapsIn('1754352000', `"${end}"`), /DateTime.*1754352000/],
  [heatmapsIn('null', `"${end}"`), /"start".*required/],
  [heatmapsIn(`"${end}"`, `"${start}"`), /ends at 2025-08-05.*not after its start at 2025-08-06/],
  [heatmapsIn(`"${start}"`, `"${start}"`), /not after its start/],
  [heatmapsIn('"2025-08-05T02:00:00+02:00"', `"${start}"`), /not after its start/],
  [trafficIn('utc', end, start), /not after its start/],
  [trafficIn('utc', '2025-08-05T00:00:00', end), /2025-08-05T00:00:00/],
  [trafficIn('utc', '2015-06-05T00:00:00Z', end), /at most ten years, not 3715 days/],
  [trafficIn('local', '2025-08-05T00:00:00Z', '2025-08-06T00:00:00'), /has an offset/],
  [trafficIn('local', '2025-08-05T00:00:00', '2025-08-06T00:00:00+01:00'), /has an offset/],
  [trafficIn('local', '2026-02-28T00:00:00', '2026-02-30T00:00:00'), /2026-02-30/],
  [trafficIn('local', '2025-08-06', '2025-08-06T00:00:00'), /not after its start/],
  ...[
    'noon',
    '',
    '2025-08',
    '20250805',
    '2025-W32-2',
    '2025-217',
    '2025-02-29',
    '2025-08-05T24:00:00',
    '2025-08-05T23:59:60',
    '2025-08-05T09:00:00[Europe/London]',
    '+002025-08-05T00:00:00',
    '-000001-08-05',
    '275760-09-13',
    '2025-08-05T00:00:00+0100',
  ].flatMap(text =>
    [trafficIn('local', text, '2025-08-06'), trafficIn('local', '2025-08-05', text)].map(
      fields => [fields, /LocalDateTime.*2026-11-21T09:00:00.*2026-11-21/] as const,
    ),
  ),
  [traffic('range: { local: { start: 20250805, end: "2025-08-06" } }'), /LocalDateTime.*2026-11-21T09:00:00/],
  [trafficIn('utc', '2025-08-05', end), /2026-11-21T09:00:00Z/],
  [trafficIn('utc', start, '2025-08-06'), /2026-11-21T09:00:00Z/],
  ...['0000-12-31T00:00:00Z', '0001-01-01T00:00:00+00:01'].flatMap(year =>
    [trafficIn('utc', year, '0001-06-01T00:00:00Z'), heatmapsIn(`"${year}"`, '"0001-06-01T00:00:00Z"')].map(
      fields => [fields, /years 1 to 9998/] as const,
    ),
  ),
  [trafficIn('local', '0000-01-01', '0000-01-02'), /years 1 to 9998/],
  [trafficIn('utc', '9998-12-31T00:00:00Z', '9999-01-02T00:00:00Z'), /years 1 to 9998/],
  [trafficIn('local', '9999-01-01', '9999-01-02'), /years 1 to 9998/],
  [heatmapsIn('"9999-12-31T00:00:00Z"', '"9999-12-31T23:59:59-14:00"'), /years 1 to 9998/],
  [trafficIn('local', '2025-08-06T00:00:00', '2025-08-05T00:00:00'), /not after its start/],
  [trafficIn('local', '2025-08-05T00:00:00', '2025-08-05T00:00:00'), /not after its start/],
  [trafficIn('local', '2015-06-05T00:00:00', '2025-08-06T00:00:00'), /at most ten years/],
  [rates(`utc: { start: "${end}", end: "${start}" }`), /not after its start/],
  [
    `location(by: { id: "ginza" }) { pointsOfInterest(range: { utc: { start: "${end}", end: "${start}" } }) { id } }`,
    /not after its start/,
  ],
  [
    `brand(id: 1234) { traffic(range: { utc: { start: "${end}", end: "${start}" } }) { nodes { analytiksId } } }`,
    /not after its start/,
  ],
]

const lists: Rows = [
  ...limits(5000, first => `locations(first: ${first}) { nodes { id } }`),
  ...limits(100, first => `websites(first: ${first}) { nodes { id } }`),
  ...limits(100, first => website(`views(first: ${first}) { nodes { path } }`)),
  ...limits(100, first => website(`heatmaps(first: ${first}) { nodes { name } }`)),
  ...limits(1000, first => website(`view(path: "/") { snapshots(first: ${first}) { id } }`)),
  ...limits(1000, first => `snapshots(viewName: "/", first: ${first}) { id }`),
  ...limits(
    1000,
    first =>
      `brand(id: 1234) { traffic(range: { utc: { start: "${start}", end: "${end}" } }, first: ${first}) { nodes { analytiksId } } }`,
  ),
  ['locations(first: 2.5) { nodes { id } }', /Int.*2\.5/],
  ['locations(first: "2") { nodes { id } }', /Int.*"2"/],
  ['locations(first: 3000000000) { nodes { id } }', /Int.*3000000000/],
  [`nodes(ids: [${'"Location:ginza",'.repeat(1001)}]) { id }`, /1000 ids.*1001/],
  [heatmaps(`${fine}, types: []`), /types.*at least one/],
  [heatmaps(`${fine}, types: [PATH], roles: []`), /roles.*at least one/],
  [heatmaps(`${fine}, types: [PATH], ages: []`), /ages.*at least one/],
  [heatmaps(`${fine}, types: [PATH], genders: []`), /genders.*at least one/],
]

const enums: Rows = [
  [heatmaps(`${fine}, types: [FOOTPRINTS]`), /FOOTPRINTS.*SpatialHeatmapType/],
  [heatmaps(`${fine}, types: ["PATH"]`), /SpatialHeatmapType.*"PATH"/],
  [
    traffic(`range: { utc: { start: "${start}", end: "${end}" } }, interval: YEARLY`),
    /YEARLY.*TrafficInterval/,
  ],
  [
    traffic(`range: { utc: { start: "${start}", end: "${end}" } }, metrics: [SMILES]`),
    /SMILES.*TrafficMetric/,
  ],
  [traffic(`range: { utc: { start: "${start}", end: "${end}" } }, onRefusal: SHRUG`), /SHRUG.*OnRefusal/],
]

const alternatives: Rows = [
  ['location(by: {}) { id }', /LocationBy.*one/],
  ['location(by: { id: "ginza", analytiksId: "5" }) { id }', /LocationBy.*one/],
  ['location(by: { id: null }) { id }', /LocationBy/],
  ['website(by: {}) { id }', /WebsiteBy.*one/],
  ['website(by: { id: "shop", origin: "https://shop.example.com" }) { id }', /WebsiteBy.*one/],
  ['website(by: { origin: null }) { id }', /WebsiteBy/],
  ['view(by: {}) { id }', /ViewBy.*one/],
  ['view(by: { id: "shop:/", url: "https://shop.example.com/" }) { id }', /ViewBy.*one/],
  [traffic('range: {}'), /TrafficRange.*one/],
  [
    traffic(
      `range: { utc: { start: "${start}", end: "${end}" }, local: { start: "2025-08-05T00:00:00", end: "2025-08-06T00:00:00" } }`,
    ),
    /TrafficRange.*one/,
  ],
  ['pageHeatmap(id: "rendering") { name }', /either projectId or environmentId/],
  [
    'pageHeatmap(id: "rendering", projectId: "1", environmentId: "1") { name }',
    /either projectId or environmentId/,
  ],
  ['pageHeatmap(id: "rendering", projectId: "") { name }', /either projectId or environmentId/],
]

const texts: Rows = [
  ['pageHeatmap(id: "not an id", projectId: "1") { name }', /"not an id" is neither a UUID nor a short id/],
  ['pageHeatmap(id: "", projectId: "1") { name }', /"" is neither/],
  ['view(by: { url: "/pricing" }) { id }', /URL.*\/pricing/],
  ['website(by: { origin: "shop" }) { id }', /URL.*shop/],
  [website('view(path: "pricing") { id }'), /path must start with a slash.*"pricing"/],
  [website('view(path: "?plan=1") { id }'), /path must start with a slash.*"\?plan=1"/],
  [website('view(path: "") { id }'), /path must start with a slash/],
  [heatmaps(`${fine}, types: [PATH], taxonomy: ""`), /taxonomy must name a zone path/],
  ['snapshots(viewName: "") { id }', /viewName must name a view/],
  ['snapshots(viewName: "  ") { id }', /viewName must name a view/],
  ...[0, -1, 3001].map(
    width =>
      [
        `pageHeatmap(id: "rendering", projectId: "1") { image(width: ${width}) { state } }`,
        new RegExp(`width must be from 1 to 3000, not ${width}\\.`),
      ] as const,
  ),
]

function limits(maximum: number, field: (first: number) => string): Rows {
  return [0, -1, maximum + 1, 10_000].map(first => [
    field(first),
    new RegExp(`first must be from 1 to ${maximum}, not ${first}\\.`),
  ])
}

const heat = (args: string, fields = 'total') =>
  `pageHeatmap(projectId: "1", id: "ownerless") { heat(${args}) { ${fields} } }`
const lastWeek = `days: { from: "${dayAgo(7)}", to: "${dayAgo(0)}" }`
const heatIn = (from: unknown, to: unknown) =>
  heat(`days: { from: ${JSON.stringify(from)}, to: ${JSON.stringify(to)} }`)

const heats: Rows = [
  [heatIn(dayAgo(7), dayAgo(7)), /days ends at .*not after its start/],
  [heatIn(dayAgo(1), dayAgo(7)), /days ends at .*not after its start/],
  [
    heatIn(dayAgo(92), dayAgo(85)),
    /keeps heatmap data for 90 days: days\.from must be \d{4}-\d\d-\d\d or later/,
  ],
  [heatIn('1999-01-01', dayAgo(1)), /keeps heatmap data for 90 days.*not 1999-01-01/],
  [heatIn(dayAgo(-3), dayAgo(-5)), /which is in the future/],
  ...[
    'yesterday',
    '',
    '20260101',
    '2026-02-30',
    '2026-13-01',
    '2026-11-21T00:00:00',
    '+002026-11-21',
    20261121,
    null,
  ].map(day => [heatIn(day, dayAgo(0)), /LocalDate/] as const),
  [heat(`${lastWeek}, type: SMILE`), /SMILE.*HeatType/],
  [heat(`${lastWeek}, aggregation: MEAN`), /MEAN.*HeatAggregation/],
  ...[0, -1, 101, 1000].map(
    columns =>
      [
        heat(`${lastWeek}, columns: ${columns}`),
        /columns must be from 1 to 100, not .*0\.01 of the width/,
      ] as const,
  ),
  [heat(`${lastWeek}, columns: 2.5`), /Int.*2\.5/],
  [heat(`${lastWeek}, viewport: { min: 0 }`), /viewport\.min must be from 1 to 10000, not 0/],
  [heat(`${lastWeek}, viewport: { max: 10001 }`), /viewport\.max must be from 1 to 10000, not 10001/],
  [
    heat(`${lastWeek}, viewport: { min: 1000, max: 999 }`),
    /viewport\.min is 1000, which is more than viewport\.max, 999/,
  ],
  [heat(`${lastWeek}, viewport: { width: 1024 }`), /width.*ViewportWidths/],
  [heat(lastWeek, 'hotspots(top: 0) { value }'), /top must be from 1 to 100, not 0/],
  [heat(lastWeek, 'fixed { hotspots(top: 101) { value } }'), /top must be from 1 to 100, not 101/],
  [
    heat(lastWeek, `difference(against: { from: "${dayAgo(100)}", to: "${dayAgo(93)}" }) { total }`),
    /keeps heatmap data for 90 days: against\.from/,
  ],
]

const mutations: Rows = [
  ...(['applicationId', 'deviceType', 'name', 'viewName', 'eventId', 'sessionId', 'viewId'] as const).flatMap(
    member =>
      ['', '  '].map(
        text => [create({ [member]: text }), new RegExp(`input\\.${member} must not be empty`)] as const,
      ),
  ),
  [create({ start: -1 }), /input\.start must not be negative, unlike -1/],
  [create({ start: 1.5 }), /SafeInt.*1\.5/],
  [create({ start: 2 ** 53 }), /SafeInt.*9007199254740992/],
  [create({ start: 'now' }), /SafeInt/],
  [create({ isDeviceTypeSelectedByUser: 'yes' }), /Boolean.*"yes"/],
  [create({ eventId: null }), /ID!.*null/],
  [create({ colour: 'red' }), /colour.*CreateSnapshotInput/],
  [update({ id: '' }), /input\.id must not be empty/],
  [update({ eventId: ' ' }), /input\.eventId must not be empty/],
  [update({ start: -5 }), /input\.start must not be negative/],
  ['deleteSnapshot(input: { id: "" }) { __typename }', /input\.id must not be empty/],
  ['deleteSnapshot(input: {}) { __typename }', /DeleteSnapshotInput\.id.*required/],
]

describe.each(Object.entries({ dates, lists, enums, alternatives, texts, heats }))('%s', (_name, rows) => {
  test.each(named(rows))('%s', async (_name, fields, says) => {
    const around = 'snapshots(viewName: "/") { id }'
    const answer = await askText(served.origin, `{ before: ${around} ${fields} after: ${around} }`)
    expectRefused(served.sandbox, answer, says)
  })
})

describe('mutations', () => {
  test.each(named(mutations))('%s is not made, and none before it', async (_name, fields, says) => {
    const before = 'before: deleteSnapshot(input: { id: "fine" }) { __typename }'
    expectRefused(served.sandbox, await askText(served.origin, `mutation { ${before} ${fields} }`), says)
  })
})

/** Values that do not fit the type of their variable, or what it is used for. */
const variables: readonly (readonly [type: string, field: string, value: unknown, says: RegExp])[] = [
  ['LocationBy!', 'location(by: $value) { id }', {}, /one key.*LocationBy/],
  ['LocationBy!', 'location(by: $value) { id }', { id: 'ginza', analytiksId: '5' }, /one key.*LocationBy/],
  ['LocationBy!', 'location(by: $value) { id }', { id: 'ginza', analytiksId: null }, /one key.*LocationBy/],
  ['LocationBy!', 'location(by: $value) { id }', { id: null }, /LocationBy|"id"/],
  ['LocationBy!', 'location(by: $value) { id }', null, /LocationBy!.*null/],
  ['LocationBy!', 'location(by: $value) { id }', { town: 'Tokyo' }, /"town".*LocationBy/],
  ['WebsiteBy!', 'website(by: $value) { id }', {}, /one key.*WebsiteBy/],
  ['WebsiteBy!', 'website(by: $value) { id }', { id: 'shop', origin: 'https://shop.example.com' }, /one key/],
  ['ViewBy!', 'view(by: $value) { id }', {}, /one key.*ViewBy/],
  ['ViewBy!', 'view(by: $value) { id }', { id: 'shop:/', url: null }, /one key.*ViewBy/],
  ['TrafficRange!', traffic('range: $value'), {}, /one key.*TrafficRange/],
  ['TrafficRange!', traffic('range: $value'), { utc: { start, end }, local: null }, /one key.*TrafficRange/],
  ['TrafficRange!', traffic('range: $value'), { utc: { start: end, end: start } }, /not after its start/],
  ['TimeRange!', heatmaps('range: $value, types: [PATH]'), { start: '2025-08-05', end }, /"2025-08-05"/],
  ['TimeRange!', heatmaps('range: $value, types: [PATH]'), { start }, /"end".*required/],
  ['[SpatialHeatmapType!]!', heatmaps(`${fine}, types: $value`), ['FOOTPRINTS'], /FOOTPRINTS/],
  ['[SpatialHeatmapType!]!', heatmaps(`${fine}, types: $value`), [], /types must name at least one/],
  ['[String!]', heatmaps(`${fine}, types: [PATH], roles: $value`), [], /roles must name at least one/],
  ['Int', 'locations(first: $value) { nodes { id } }', 5001, /first must be from 1 to 5000, not 5001/],
  ['Int', 'locations(first: $value) { nodes { id } }', '5', /Int.*"5"/],
  ['ID', 'website(by: { id: $value }) { id }', undefined, /by.*\$value/],
  ['ID!', 'node(id: $value) { id }', undefined, /ID!.*not provided/],
  ['ID!', 'node(id: $value) { id }', { a: 1 }, /ID/],
]

describe('variables', () => {
  test.each(variables)('%s in %s as %j', async (type, field, value, says) => {
    const query = `query ($value: ${type}) { snapshots(viewName: "/") { id } ${field} }`
    expectRefused(served.sandbox, await askText(served.origin, query, { value }), says)
  })
})

test('several bad inputs are told at once', async () => {
  const query =
    '{ locations(first: 0) { nodes { id } } websites(first: 0) { nodes { views(first: -1) { nodes { path } } } } }'
  const { errors } = await askText(served.origin, query)
  expect(errors.map(({ message }) => message)).toEqual([
    'first must be from 1 to 5000, not 0.',
    'first must be from 1 to 100, not 0.',
    'first must be from 1 to 100, not -1.',
  ])
})

/** Rows under names that can be read. */
function named(rows: Rows): (readonly [name: string, fields: string, says: RegExp])[] {
  return rows.map(([fields, says]) => [fields.replace(/(.{150}).+/, '$1…'), fields, says])
}

function create(changes: object): string {
  const members = {
    applicationId: 'application',
    deviceType: 'desktop',
    name: 'Name',
    viewName: '/',
    eventId: 'event',
    isDeviceTypeSelectedByUser: true,
    start: 0,
  }
  return `createSnapshot(input: ${literal({ ...members, ...changes })}) { __typename }`
}

function update(changes: object): string {
  const members = { id: 'id', eventId: 'event', isDeviceTypeSelectedByUser: true, start: 0 }
  return `updateSnapshot(input: ${literal({ ...members, ...changes })}) { __typename }`
}

function literal(members: object): string {
  return `{ ${Object.entries(members).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)} }`
}
