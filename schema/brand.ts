import type { Location as LocationRecord } from '../src/catalog.ts'
import type { LocationTraffic as TrafficRecord } from '../src/providers/analytiks/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { checkFirst, holdsPage, type PageArguments, pageArguments, toConnection } from './connection.ts'
import { Location } from './location.ts'
import { checkRange, metricsArgument, questionOf, trafficArguments } from './location-traffic.ts'
import { PointOfInterest } from './point-of-interest.ts'
import type { TrafficRangeInput } from './time-range.ts'
import { metricsOf } from './traffic-metric.ts'
import { seriesOf, type TrafficQuestion, TrafficSeries } from './traffic-series.ts'

export const Brand = builder.objectRef<{ readonly brandId: number }>('Brand')
builder.node(Brand, {
  description: 'A brand at Analytiks: all locations that it counts for one customer.',
  id: { description: 'Such as `Brand:1234`.', resolve: ({ brandId }) => String(brandId) },
  fields: t => ({
    brandId: t.exposeInt('brandId', { nullable: false, description: "Analytiks' brand id." }),
  }),
})

interface Row {
  readonly location: LocationRecord
  readonly traffic: TrafficRecord
  readonly question: TrafficQuestion
  readonly metrics: Parameters<typeof seriesOf>[2]
}

const LocationTraffic = builder.objectRef<Row>('LocationTraffic')
LocationTraffic.implement({
  description:
    "One location of a brand, with what Analytiks counted there. It is known by the catalog's name where the catalog holds it.",
  fields: t => ({
    location: t.expose('location', { type: Location, nullable: false, description: 'The location itself.' }),
    analytiksId: t.id({
      nullable: false,
      description: "Analytiks' location id, as it answered.",
      resolve: ({ traffic }) => String(traffic.locationId),
    }),
    referenceNumber: t.string({
      description: "The brand's own number for the location, where Analytiks answered one.",
      resolve: ({ traffic }) => traffic.referenceNumber,
    }),
    series: t.field({
      type: [TrafficSeries],
      nullable: false,
      description: 'One series a metric, of the metrics asked.',
      resolve: ({ question, traffic, metrics }) => seriesOf(question, traffic.buckets, metrics),
    }),
    pointsOfInterest: t.field({
      type: [PointOfInterest],
      nullable: false,
      description: 'The zones inside the location.',
      resolve: ({ question, traffic }) =>
        traffic.pointsOfInterest.map(pointOfInterest => ({ ...pointOfInterest, question })),
    }),
  }),
})

const LocationTrafficEdge = builder.edgeObject({
  type: LocationTraffic,
  name: 'LocationTrafficEdge',
  description: "A location's traffic and its cursor.",
})
const LocationTrafficConnection = builder.connectionObject(
  {
    type: LocationTraffic,
    name: 'LocationTrafficConnection',
    description: "A page of a brand's locations with their traffic.",
  },
  LocationTrafficEdge,
)

const maximumPage = 1000

builder.objectField(Brand, 'traffic', t =>
  t.field({
    type: LocationTrafficConnection,
    description:
      "The traffic of the brand's locations in Analytiks' order. Analytiks hands them out page by page, and pages are read as far as `first` needs: one call each.",
    args: {
      ...trafficArguments,
      ...metricsArgument,
      ...pageArguments(maximumPage),
    },
    extensions: checked<PageArguments & { readonly range: TrafficRangeInput }>(({ first, range }) => {
      checkFirst(first, maximumPage)
      checkRange(range)
    }),
    resolve: async ({ brandId }, { range, interval, metrics, ...page }, { loaders, catalog }) => {
      const asked = questionOf(range, interval, null)
      const keyOf = (row: TrafficRecord) => String(row.locationId)
      const walk = loaders.analytiks.brandTraffic(brandId, asked)
      const { rows, ended } = await walk.until(read => holdsPage(read, keyOf, page))
      const { edges, pageInfo } = toConnection(rows, keyOf, page, !ended)
      return {
        pageInfo,
        edges: edges.map(({ cursor, node: traffic }) => {
          const location = catalog.location(`analytiks:${traffic.locationId}`)
          if (!location) throw new BadInput(`No location has the id "${traffic.locationId}".`)
          const question = { ...asked, timeZone: location.timeZone }
          return { cursor, node: { location, traffic, question, metrics: metrics ?? metricsOf.location } }
        }),
      }
    },
  }),
)

builder.queryField('brand', t =>
  t.field({
    type: Brand,
    description: 'A brand at Analytiks. Costs no call by itself.',
    args: { id: t.arg.int({ required: true, description: "Analytiks' brand id." }) },
    resolve: (_root, { id }) => findBrand(String(id)),
  }),
)

/** By the key behind `Brand:`; throws BadInput for one that can be no brand. Whether Analytiks knows it shows when it is asked. */
export function findBrand(key: string): { readonly brandId: number } {
  if (!/^\d+$/.test(key) || Number(key) >= 2 ** 31) throw new BadInput(`No brand has the id "${key}".`)
  return { brandId: Number(key) }
}
