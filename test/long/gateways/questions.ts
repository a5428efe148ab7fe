import type { Fault } from '../../../src/sandbox/emulator.ts'
import type { ProviderName } from '../../../src/upstream/error.ts'

/** A question that is asked of Isotherm itself and through each gateway. */
export interface Question {
  readonly name: string
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  /** What an upstream does meanwhile. */
  readonly fault?: readonly [provider: ProviderName, fault: Fault]
}

const day = { start: '2025-08-05T00:00:00Z', end: '2025-08-06T00:00:00Z' }
const shop = 'https://shop.example.com'

/** Twenty, which between them touch all vendors, kinds of fields and kinds of failures. */
export const questions: readonly Question[] = [
  {
    name: 'what a location is',
    query:
      '{ location(by: { id: "oxford-street" }) { __typename id name timeZone auraVisionId analytiksId brandId referenceNumber } }',
  },
  {
    name: 'a location by another identity, from a variable',
    query: 'query ($by: LocationBy!) { location(by: $by) { id name } }',
    variables: { by: { reference: { brandId: 1234, referenceNumber: 'FR2561' } } },
  },
  {
    name: 'a page of locations and what is behind it',
    query:
      'query ($first: Int!) { locations(first: $first) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }',
    variables: { first: 3 },
  },
  {
    name: 'points of traffic',
    query: `query ($day: TimeRange!) { location(by: { id: "ginza" }) {
      traffic(range: { utc: $day }, metrics: [VISITS]) { metric unit interval reported points { at localAt value } peak { localAt value } }
    } }`,
    variables: { day },
  },
  {
    name: 'columns of traffic of all locations, by aliases',
    query: `query ($day: TimeRange!) { locations { nodes { id
      few: traffic(range: { utc: $day }, metrics: [VISITS]) { columns { start stepSeconds values } }
      all: traffic(range: { utc: $day }, interval: DAILY) { metric total }
    } } }`,
    variables: { day },
  },
  {
    name: 'traffic by the local clock',
    query: `query ($range: LocalTimeRange!) { location(by: { id: "night-market" }) {
      traffic(range: { local: $range }, interval: DAILY, metrics: [VISITS]) { columns { starts values } }
      captureRate(range: { local: $range }) bounceRate(range: { local: $range })
    } }`,
    variables: { range: { start: '2025-08-01T00:00:00', end: '2025-08-08T00:00:00' } },
  },
  {
    name: 'points of interest',
    query: `query ($day: TimeRange!) { location(by: { analytiksId: "1" }) {
      pointsOfInterest(range: { utc: $day }) { id traffic(metrics: [VISITS]) { total } }
    } }`,
    variables: { day },
  },
  {
    name: "a brand's traffic",
    query: `query ($day: TimeRange!) { brand(id: 5678) { id
      traffic(range: { utc: $day }, metrics: [VISITS], first: 4) { edges { cursor } nodes { series { metric total } } pageInfo { hasNextPage } }
    } }`,
    variables: { day },
  },
  {
    name: 'heatmaps of a store, through their interface',
    query: `query ($day: TimeRange!) { location(by: { id: "oxford-street" }) {
      heatmaps(range: $day, types: [PATH, LINGER]) { ...Any type role localTime location { name } }
    } } fragment Any on Heatmap { __typename provider createdAt }`,
    variables: { day },
  },
  {
    name: 'pages of a website',
    query: `{ website(by: { origin: "${shop}" }) { id name
      views(first: 5) { nodes { id path totalInteractions lastInteractionAt } pageInfo { hasNextPage } }
    } }`,
  },
  {
    name: 'a page with all that three vendors have of it',
    query: `query ($url: URL!) { view(by: { url: $url }) { id url totalInteractions website { name }
      heatmaps { id name status type image(width: 800) { state width contentType } }
      snapshots(deviceType: "desktop", first: 2) { id name start createdAt }
    } }`,
    variables: { url: `${shop}/pricing` },
  },
  {
    name: 'a location, a website and a page at once',
    query: `query ($day: TimeRange!, $with: Boolean!) {
      store: location(by: { id: "ginza" }) { traffic(range: { utc: $day }, metrics: [VISITS]) { total } }
      site: website(by: { id: "shop" }) { heatmaps(first: 2) { nodes { shortId name } } }
      snapshots(viewName: "/pricing", deviceType: "desktop", first: 1) { name view { path } }
      providers @include(if: $with) { name status }
      websites(first: 2) @skip(if: $with) { nodes { id } }
    }`,
    variables: { day, with: true },
  },
  {
    name: 'a change that is refused',
    query:
      'mutation ($id: ID!) { deleteSnapshot(input: { id: $id }) { __typename ... on SnapshotRefusal { reason message } } }',
    variables: { id: '00000000-0000-4000-8000-000000000000' },
  },
  {
    name: 'a location that there is not, beside one that there is',
    query: '{ location(by: { id: "nowhere" }) { id } other: location(by: { id: "ginza" }) { id } }',
  },
  {
    name: 'a range that ends before it starts',
    query: `query ($range: TimeRange!) { location(by: { id: "ginza" }) { name heatmaps(range: $range, types: [PATH]) { type } } }`,
    variables: { range: { start: day.end, end: day.start } },
  },
  {
    name: 'two ways to name one thing',
    query: 'query ($by: LocationBy!) { location(by: $by) { id } }',
    variables: { by: { id: 'ginza', analytiksId: '1' } },
  },
  {
    name: 'no way to name a thing',
    query: 'query ($by: WebsiteBy!) { website(by: $by) { id } }',
    variables: { by: {} },
  },
  {
    name: 'a field that there is not',
    query: '{ location(by: { id: "ginza" }) { colour } }',
  },
  {
    name: 'a vendor that is down, beside others that are not',
    query: `query ($url: URL!) { view(by: { url: $url }) { path totalInteractions heatmaps { name } snapshots(deviceType: "desktop", first: 1) { name } } }`,
    variables: { url: `${shop}/pricing` },
    fault: ['datadog', { answer: { status: 403, body: { errors: ['Forbidden'] } } }],
  },
  {
    name: 'a location that its vendor refuses, among others',
    query: `query ($day: TimeRange!) {
      mine: location(by: { analytiksId: "1" }) { traffic(range: { utc: $day }, metrics: [VISITS]) { total } }
      foreign: location(by: { analytiksId: "999" }) { traffic(range: { utc: $day }, metrics: [VISITS]) { total } }
    }`,
    variables: { day },
  },
]
