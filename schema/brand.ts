import type { Location as LocationRecord } from '../src/catalog/catalog.ts'
import { locationMetrics, type TrafficMetric } from '../src/providers/analytiks/records.ts'
import type { BrandReport } from '../src/providers/analytiks/series.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { checkFirst, holdsPage, type PageArguments, pageArguments, toConnection } from './connection.ts'
import { callCost, connectionSize, sized } from './costs.ts'
import { Location } from './location.ts'
import { assumedPointsOfInterest, PointOfInterest } from './point-of-interest.ts'
import { selectsBelow } from './selection.ts'
import {
  ageArgument,
  checkTraffic,
  maximumAgeOf,
  metricsArgument,
  seriesOf,
  sizedTraffic,
  type TrafficArguments,
  trafficArguments,
} from './traffic-arguments.ts'
import { metricsOf } from './traffic-metric.ts'
import { toSpan } from './traffic-range.ts'
import { type Series, TrafficSeries } from './traffic-series.ts'

export const Brand = builder.objectRef<{ readonly brandId: number }>('Brand')
builder.node(Brand, {
  description:
    'A brand at Analytiks: all locations that it counts for one customer. `locations(brandId:) { traffic }` adds up those that the catalog has, and compares them with the period before.',
  id: { description: 'Such as `Brand:1234`.', resolve: ({ brandId }) => String(brandId) },
  fields: t => ({
    brandId: t.exposeInt('brandId', { nullable: false, description: "Analytiks' brand id." }),
  }),
})

interface Row {
  readonly location: LocationRecord
  readonly report: BrandReport
  readonly metrics: readonly TrafficMetric[]
  readonly common: Pick<Series, 'interval' | 'isNamed' | 'rangeOf'>
}

const LocationTraffic = builder.objectRef<Row>('LocationTraffic')
LocationTraffic.implement({
  requiresScopes: [['traffic:read']],
  description:
    'One location of a brand, with what Analytiks counted there. It has its catalog id and name if the catalog holds it.',
  fields: t => ({
    location: t.expose('location', { type: Location, nullable: false, description: 'The location.' }),
    analytiksId: t.id({
      nullable: false,
      description: "Analytiks' location id.",
      resolve: ({ report }) => String(report.locationId),
    }),
    referenceNumber: t.string({
      description: "The brand's own number for the location; null if Analytiks sent none.",
      resolve: ({ report }) => report.referenceNumber,
    }),
    series: t.field({
      type: [TrafficSeries],
      listSize: { assumedSize: locationMetrics.length },
      extensions: sized({ size: (_args, { series = locationMetrics.length }) => series }),
      description:
        'One series for each metric asked. An error if days, weeks or months of a UTC range were asked and the catalog has no time zone for the location, or if its UTC offset is not a whole hour and Analytiks returns hourly data.',
      resolve: ({ report, metrics, common }) => seriesOf(report, metrics, common),
    }),
    pointsOfInterest: t.field({
      type: [PointOfInterest],
      listSize: { assumedSize: assumedPointsOfInterest },
      description:
        'The zones inside the location that have a bucket in the range, ordered by their first bucket, then by id.',
      resolve: ({ report, common }) => report.pointsOfInterest.map(report => ({ report, ...common })),
    }),
  }),
})

const LocationTrafficEdge = builder.edgeObject({
  type: LocationTraffic,
  name: 'LocationTrafficEdge',
  description: "A location's traffic and its cursor.",
})
export const LocationTrafficConnection = builder.connectionObject(
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
    requiresScopes: [['traffic:read']],
    cost: callCost,
    listSize: connectionSize,
    description:
      "The traffic of the brand's locations in Analytiks' order. Costs one call for each page of Analytiks that `first` needs. A local range is asked in UTC, from its earliest start to its latest end over the brand's time zones in the catalog, and each location has what lies in the range by its own clock. If the page holds locations without a known time zone, they cost a second call, by the local clock.",
    args: { ...trafficArguments, ...metricsArgument, ...ageArgument, ...pageArguments(maximumPage) },
    extensions: {
      ...checked<PageArguments & TrafficArguments>((args, context) => {
        checkFirst(args.first, maximumPage)
        checkTraffic(args, context)
      }),
      ...sizedTraffic(locationMetrics.length),
    },
    resolve: async ({ brandId }, { range, interval, metrics, maxAge, ...page }, context, info) => {
      const { loaders, catalog, days } = context
      const asked = metrics ?? metricsOf('location', interval, context)
      const common = { interval: interval ?? 'hourly', isNamed: metrics != null }
      const paginator = loaders.analytiks.brandTraffic(brandId, {
        rangeName: JSON.stringify(range),
        spanOf: timeZone => toSpan(range, timeZone, days),
        interval: common.interval,
        maximumAge: maximumAgeOf({ maxAge }),
        metrics: selectsBelow(info, 'series') ? asked : [],
        withPointsOfInterest: selectsBelow(info, 'pointsOfInterest'),
        zoneOf: (locationId, referenceNumber) =>
          catalog.listedLocation(brandId, locationId, referenceNumber).timeZone,
        timeZones: zonesOf(catalog.locations, brandId),
      })
      const listing = {
        name: `traffic of ${brandId}`,
        keyOf: ({ locationId }: BrandReport) => String(locationId),
      }
      const { rows, hasEnded } = await paginator.until(read => holdsPage(read, listing, page))
      const { edges, pageInfo } = toConnection(rows, listing, page, !hasEnded)
      return {
        pageInfo,
        edges: edges.map(({ cursor, node: report }) => {
          const location = catalog.listedLocation(brandId, report.locationId, report.referenceNumber)
          const { timeZone } = location
          const rangeOf = () => ({ timeZone, span: toSpan(range, timeZone, days) })
          return { cursor, node: { location, report, metrics: asked, common: { ...common, rangeOf } } }
        }),
      }
    },
  }),
)

/** Locations that may be the brand's: the catalog does not say the brand of one that it maps by Analytiks' id only. */
function zonesOf(locations: readonly LocationRecord[], brandId: number): string[] {
  return locations.flatMap(location => {
    const mayBeIts =
      location.brandId === brandId || (location.brandId === null && location.analytiksId !== null)
    return mayBeIts && location.timeZone !== null ? [location.timeZone] : []
  })
}

builder.queryField('brand', t =>
  t.field({
    authenticated: true,
    type: Brand,
    description: 'A brand at Analytiks. Costs no call by itself.',
    args: { id: t.arg.int({ required: true, description: "Analytiks' brand id." }) },
    resolve: (_root, { id }) => findBrand(String(id)),
  }),
)

/** Finds a brand by the key behind `Brand:`; throws BadInput for an impossible one. Only a call shows whether Analytiks knows it. */
export function findBrand(key: string): { readonly brandId: number } {
  if (!/^\d+$/.test(key) || Number(key) >= 2 ** 31) throw new BadInput(`No brand has the id "${key}".`)
  return { brandId: Number(key) }
}
