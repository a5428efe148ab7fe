import type { Context } from '../src/context.ts'
import type { TrafficMetric } from '../src/providers/analytiks/records.ts'
import type { SummedTraffic, TrafficSeries } from '../src/providers/analytiks/series.ts'
import { builder } from './builder.ts'
import { TrafficMetricType, TrafficUnit, unitOf, unknownDwellTime } from './traffic-metric.ts'

/** A metric over a whole range, of one place or of several. */
export interface Total {
  readonly metric: TrafficMetric
  readonly total: number | null
  /** Why there is no total, whatever was reported. */
  readonly withheld: string | null
  /** Undefined without a comparison. */
  readonly against: number | null | undefined
  readonly reportedBy: number
  /** Undefined without a comparison. */
  readonly againstReportedBy: number | undefined
}

export const TrafficTotal = builder.objectRef<Total>('TrafficTotal')
TrafficTotal.implement({
  requiresScopes: [['traffic:read']],
  description: 'One metric over a whole range, and what it was over the range that it is compared with.',
  fields: t => ({
    metric: t.expose('metric', { type: TrafficMetricType, nullable: false, description: 'The metric.' }),
    unit: t.field({
      type: TrafficUnit,
      nullable: false,
      description: 'The unit of the values.',
      resolve: ({ metric }) => unitOf(metric),
    }),
    total: t.expose('total', {
      type: 'SafeInt',
      description:
        'The total of the range. Null if nothing was reported, and if `withheld` says why there is none.',
    }),
    withheld: t.exposeString('withheld', {
      description:
        'Why there is no total: peaks and means of several places do not add up, and the meaning of a bucket of DWELL_TIME may be unknown. Otherwise null.',
    }),
    against: t.field({
      type: 'SafeInt',
      description: 'The total of the range `against`; null if none was asked or nothing was reported in it.',
      resolve: ({ against }) => against ?? null,
    }),
    change: t.field({
      type: 'SafeInt',
      description: '`total` minus `against`; null if one of them is.',
      resolve: ({ total, against }) => (total === null || against == null ? null : total - against),
    }),
    changeRatio: t.float({
      description: '`change` ÷ `against`: 0.1 is a tenth more. Null if one of them is, or `against` is 0.',
      resolve: ({ total, against }) => (total === null || !against ? null : (total - against) / against),
    }),
    reportedBy: t.exposeInt('reportedBy', {
      nullable: false,
      description: 'How many of the places that are counted reported the metric in the range.',
    }),
    againstReportedBy: t.int({
      description:
        'How many of them reported it in the range `against`: if fewer, a part of `change` comes from places that did not report then. Null if none was asked.',
      resolve: ({ againstReportedBy }) => againstReportedBy ?? null,
    }),
  }),
})

/** The total of several places; only counts add up. */
export function totalOf(
  { metric, aggregation, total, against, reportedBy, againstReportedBy }: SummedTraffic['metrics'][number],
  isCompared: boolean,
): Total {
  const withheld = aggregation === 'sum' ? null : withheldSums[aggregation]
  const compared = isCompared ? { against, againstReportedBy } : notCompared
  return { metric, total, withheld, reportedBy, ...compared }
}

const notCompared = { against: undefined, againstReportedBy: undefined }

/** For one place, every metric has a total whose aggregation is known. */
export function totalOfPlace(
  series: TrafficSeries,
  other: TrafficSeries | undefined,
  { dwellTime }: Pick<Context, 'dwellTime'>,
): Total {
  return {
    metric: series.metric,
    total: series.total(),
    withheld: series.metric === 'dwellTime' && !dwellTime ? unknownDwellTime : null,
    against: other?.total(),
    reportedBy: series.reported ? 1 : 0,
    againstReportedBy: other && Number(other.reported),
  }
}

export const withheldSums: Readonly<Record<'maximum' | 'mean' | 'unknown', string>> = {
  maximum: 'Peaks of several places may lie at different times, so they do not add up: ask each place.',
  mean: 'Means of several places do not add up: ask each place.',
  unknown: unknownDwellTime,
}
