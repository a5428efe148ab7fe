import type { CachePolicy } from '../../upstream/cache/cache.ts'
import { nameOf } from '../../upstream/source/batch-groups.ts'
import { DataSource } from '../../upstream/source/data-source.ts'
import type { Paginator } from '../../upstream/source/paginator.ts'
import { RequestLoader } from '../../upstream/source/request-loader.ts'
import type { RequestScope } from '../../upstream/source/request-scope.ts'
import { askReports, type ReportSources } from './ask-reports.ts'
import type { PendingReport } from './assembly/pending-report.ts'
import { ReportBuilder } from './assembly/report-builder.ts'
import { ReportSettingsCache } from './assembly/report-settings.ts'
import { type BrandQuestion, spanOfBrand, stepOfBrand } from './brand-question.ts'
import { type BrandPage, type BrandPageKey, brandPages } from './calls/brand-pages.ts'
import { paginateBrand } from './calls/brand-paginator.ts'
import { identityName, locationTraffic } from './calls/location-windows.ts'
import { begunWindows, type TtlSettings } from './calls/windows.ts'
import type { AnalytiksClient, AnalytiksSettings } from './client.ts'
import { type BucketNaming, FleetSum } from './fleet-sum.ts'
import { MonthStore } from './months/month-store.ts'
import { type TrafficMetric, type TrafficSpan, type TrafficStep, trafficMetrics } from './records.ts'
import type { BrandReport, TrafficColumns, TrafficReport } from './series.ts'
import { spanAsked, type TrafficKey, type TrafficQuestion } from './traffic-question.ts'

export interface AnalytiksLoaders {
  /** A location's report over a range of any length. Ids share calls, and so do references of one brand. */
  readonly traffic: { load(key: TrafficKey): Promise<TrafficReport> }
  /** The reports of a brand's locations, page by page, read only as far as requested. */
  readonly brandTraffic: (brandId: number, question: BrandQuestion) => Paginator<BrandReport>
  /** Adds up the reports of places. Makes no call. */
  readonly fleetSum: (metrics: readonly TrafficMetric[], naming: BucketNaming) => FleetSum
  /** The empty buckets of a range, as every place in the time zone has them. Makes no call. */
  readonly axis: (question: Pick<TrafficQuestion, 'span' | 'interval' | 'timeZone'>) => TrafficColumns | null
}

/** The data sources that one account's requests share. */
export interface AnalytiksSources extends ReportSources {
  readonly brandPages: DataSource<BrandPageKey, BrandPage>
  readonly dwellTime: AnalytiksSettings['dwellTime']
}

export function analytiksSources(
  client: AnalytiksClient,
  { limits, dwellTime }: Pick<AnalytiksSettings, 'limits' | 'dwellTime'>,
  cachePolicy: CachePolicy | undefined,
): AnalytiksSources {
  const ttlSettings = { milliseconds: limits.ttlSeconds * 1000 }
  return {
    locations: new DataSource(locationTraffic(client, ttlSettings), cachePolicy),
    months: monthsIn(cachePolicy, ttlSettings, dwellTime),
    brandPages: new DataSource(brandPages(client, ttlSettings), cachePolicy),
    dwellTime,
  }
}

function monthsIn(
  cachePolicy: CachePolicy | undefined,
  ttl: TtlSettings,
  dwellTime: AnalytiksSettings['dwellTime'],
): MonthStore | undefined {
  const objects = cachePolicy?.cache.objects
  if (!objects || ttl.milliseconds <= 0) return undefined
  return new MonthStore({ objects, ttl, dwellTime, staleMilliseconds: cachePolicy.staleMilliseconds })
}

export function analytiksLoaders(sources: () => AnalytiksSources, scope: RequestScope): AnalytiksLoaders {
  const reports = new RequestLoader<TrafficKey, PendingReport, string>(
    scope,
    async keys => {
      const { dwellTime, ...asked } = sources()
      return askReports(keys, new ReportSettingsCache(dwellTime), asked, scope)
    },
    { cacheKeyFn: keyName },
  )
  const paginators = new Map<string, Paginator<BrandReport>>()
  return {
    axis(question) {
      const whole = { ...question, metrics: [], withPointsOfInterest: false }
      const settings = new ReportSettingsCache(undefined).of(whole)
      return new ReportBuilder(whole, settings).report().series('visits').columns()
    },
    fleetSum: (metrics, naming) => new FleetSum(metrics, sources().dwellTime, naming),
    traffic: { load: key => reports.load(key).then(({ outcome }) => outcome) },
    brandTraffic(brandId, question) {
      const name = nameOf(brandId, question.rangeName, settingsName(question))
      return paginators.getOrInsertComputed(name, () => {
        const { brandPages: pages, dwellTime } = sources()
        const now = Date.now()
        const cutWindows = (span: TrafficSpan, step: TrafficStep) =>
          begunWindows(spanAsked({ span, interval: question.interval }, step), step, {
            areWhole: pages.isCaching,
            now,
          })
        const [span, step] = [spanOfBrand(question), stepOfBrand(question)]
        const { maximumAge } = question
        return paginateBrand(question, {
          pages,
          scope,
          dwellTime,
          brandId,
          maximumAge,
          span,
          step,
          cutWindows,
          now,
        })
      })
    },
  }
}

/** Escapes nothing, since it runs for each location of a fleet: only the last part is free text, so names stay distinct. */
function keyName(key: TrafficKey): string {
  return `${questionName(key)} ${key.onRefusal} ${key.timeZone} ${identityName(key.identity)}`
}

function questionName({ span, ...settings }: Omit<TrafficQuestion, 'timeZone'>): string {
  return `${span.form} ${span.start} ${span.end} ${settingsName(settings)}`
}

function settingsName({
  interval,
  metrics,
  withPointsOfInterest,
  maximumAge,
}: Omit<TrafficQuestion, 'timeZone' | 'span'>): string {
  const asked = trafficMetrics.filter(metric => metrics.includes(metric))
  return `${interval} ${asked} ${withPointsOfInterest} ${maximumAge}`
}
