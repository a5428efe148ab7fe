import type { PointOfInterestTraffic } from '../src/providers/analytiks/wire.ts'
import { builder } from './builder.ts'
import { metricsOf, TrafficMetricType } from './traffic-metric.ts'
import { seriesOf, type TrafficQuestion, TrafficSeries } from './traffic-series.ts'

export const PointOfInterest = builder.objectRef<
  PointOfInterestTraffic & { readonly question: TrafficQuestion }
>('PointOfInterest')
PointOfInterest.implement({
  description:
    'A zone inside a location, as Analytiks knows it. Its counts may exceed those of the location: the two are measured apart.',
  fields: t => ({
    id: t.exposeID('id', { nullable: false, description: "Analytiks' id of the zone, a UUID." }),
    traffic: t.field({
      type: [TrafficSeries],
      nullable: false,
      description: 'One series a metric, over the range and interval of the field above.',
      args: {
        metrics: t.arg({
          type: [TrafficMetricType],
          description:
            'Which metrics; VISITS, DWELL_TIME and PEAK_VISITS when left out, which are all that a zone has.',
        }),
      },
      resolve: ({ id, buckets, question }, { metrics }) =>
        seriesOf(question, buckets, metrics ?? metricsOf.pointOfInterest, id),
    }),
  }),
})
