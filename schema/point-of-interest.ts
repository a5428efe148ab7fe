import { pointOfInterestMetrics, type TrafficMetric } from '../src/providers/analytiks/records.ts'
import type { PointOfInterestReport } from '../src/providers/analytiks/series.ts'
import { builder } from './builder.ts'
import { sized } from './costs.ts'
import { seriesOf } from './traffic-arguments.ts'
import { checkMetrics, metricsOf, TrafficMetricType } from './traffic-metric.ts'
import { type Series, TrafficSeries } from './traffic-series.ts'

/** The assumed number of points of interest of a location. */
export const assumedPointsOfInterest = 5

interface ReportedPoint extends Pick<Series, 'interval' | 'rangeOf'> {
  readonly report: PointOfInterestReport
}

export const PointOfInterest = builder.objectRef<ReportedPoint>('PointOfInterest')
PointOfInterest.implement({
  requiresScopes: [['traffic:read']],
  description:
    'A zone inside a location, as Analytiks knows it. Its counts may exceed those of the location, since they are measured separately.',
  fields: t => ({
    id: t.id({
      nullable: false,
      description: "Analytiks' id of the zone, a UUID.",
      resolve: ({ report }) => report.id,
    }),
    traffic: t.field({
      type: [TrafficSeries],
      nullable: false,
      listSize: { assumedSize: pointOfInterestMetrics.length },
      extensions: sized<{ readonly metrics?: readonly TrafficMetric[] | null }>({
        size: ({ metrics }) => metrics?.length ?? pointOfInterestMetrics.length,
      }),
      description: 'One series for each metric, over the range and interval of the field above.',
      args: {
        metrics: t.arg({
          type: [TrafficMetricType],
          description:
            'Defaults to VISITS, DWELL_TIME and PEAK_VISITS, which is all that a zone has. DAILY and longer leave out DWELL_TIME unless `ANALYTIKS_DWELL_TIME` is set.',
        }),
      },
      resolve: ({ report, interval, rangeOf }, { metrics }, context) => {
        checkMetrics(metrics, interval, context)
        const asked = metrics ?? metricsOf('pointOfInterest', interval, context)
        return seriesOf(report, asked, { interval, rangeOf, isNamed: metrics != null }, report.id)
      },
    }),
  }),
})
